using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>The adapters of the store: one .lordba file each, named by the digest of its content.</summary>
internal sealed class StoreSlots(IStoreFolder folder)
{
    private const string Suffix = ".lordba";

    /// <summary>The file of an adapter.</summary>
    public static string NameOf(Sha256Digest digest) => digest + Suffix;

    /// <summary>Whether a file has the name of a slot.</summary>
    public static bool IsSlot(string name, out Sha256Digest digest)
    {
        digest = default;
        return name.EndsWith(Suffix, StringComparison.Ordinal) && StoreState.TryDigest(name.AsSpan(..^Suffix.Length), out digest) && NameOf(digest) == name;
    }

    /// <summary>
    /// An adapter, verified by its digest. It is read once, through one descriptor, and what was read is both what is verified and what is
    /// used: a file that is swapped or changed afterwards is never seen.
    /// </summary>
    /// <exception cref="StoreException">It is not there, or is another adapter.</exception>
    /// <exception cref="AdapterException">It is damaged.</exception>
    /// <exception cref="GgufException">It is damaged.</exception>
    public LordbaFile Open(Sha256Digest digest)
    {
        var name = NameOf(digest);
        var path = Path.Combine(folder.Path, name);
        if (folder.Read(name) is not { } bytes)
            throw new StoreException(StoreError.DamagedSlot, $"{path}: it is not there. Add the adapter again.");
        var file = LordbaFile.From(GgufFile.FromBytes(bytes, path));
        if (file.Digest == digest) return file;
        var found = file.Digest;
        file.Dispose();
        throw new StoreException(StoreError.DamagedSlot, $"{path}: it holds the adapter {found.Short}. Add {digest.Short} again.");
    }

    /// <summary>Whether the slot has exactly this content. One that cannot be read has not: it is written anew.</summary>
    public bool Holds(Sha256Digest digest, ReadOnlySpan<byte> content)
    {
        try
        {
            return folder.Read(NameOf(digest)) is { } file && file.AsSpan().SequenceEqual(content);
        }
        catch (Exception e) when (AdapterStore.IsInputOutput(e))
        {
            return false;
        }
    }

    /// <summary>Writes an adapter; it is in the store when a state says so.</summary>
    public void Write(Sha256Digest digest, ReadOnlySpan<byte> content) => DurableFile.Write(folder, NameOf(digest), content);

    /// <summary>All sound ones in the folder, listed by a state or not: the highest counter first.</summary>
    /// <param name="strict">Whether one that cannot be read now is an error.</param>
    /// <param name="refused">Told about each file that is no sound adapter.</param>
    public List<Sha256Digest> FindSound(bool strict, Action<string> refused)
    {
        var sound = new List<(Sha256Digest Digest, ulong Counter)>();
        foreach (var name in folder.List())
        {
            if (!IsSlot(name, out var digest)) continue;
            try
            {
                using var file = Open(digest);
                sound.Add((digest, file.Counter));
            }
            catch (Exception e) when (e is LordbaException || !strict && AdapterStore.IsInputOutput(e))
            {
                refused(e.Message);
            }
        }
        return [.. sound.OrderByDescending(slot => slot.Counter).ThenBy(slot => slot.Digest.ToString(), StringComparer.Ordinal).Select(slot => slot.Digest)];
    }
}
