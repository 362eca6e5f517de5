namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>
/// How the store writes: aside, synced, read back through the same descriptor, renamed, and the folder synced. So a name has its old
/// content or all of the new one, whenever the power goes.
/// </summary>
internal static class DurableFile
{
    /// <summary>What a file is called while it is written.</summary>
    public const string PartSuffix = ".part";

    /// <summary>Writes a file whole. It is there for good once this returns. If not, the name has the old content or the new.</summary>
    /// <exception cref="IOException">It cannot be written, or does not read back.</exception>
    public static void Write(IStoreFolder folder, string name, ReadOnlySpan<byte> bytes)
    {
        var part = name + PartSuffix;
        try
        {
            using (var file = folder.Create(part))
            {
                file.Write(bytes);
                file.Sync();
                if (!file.ReadBack().AsSpan().SequenceEqual(bytes))
                    throw new IOException($"{part}: what was written does not read back. Replace the storage.");
            }
            folder.Rename(part, name);
        }
        catch
        {
            Discard(folder, part);
            throw;
        }
        folder.Sync();
    }

    /// <summary>Removes what is half written. Where that fails too, the first error is told, and the next change removes it.</summary>
    private static void Discard(IStoreFolder folder, string part)
    {
        try
        {
            folder.Delete(part);
        }
        catch (Exception e) when (AdapterStore.IsInputOutput(e))
        {
        }
    }
}
