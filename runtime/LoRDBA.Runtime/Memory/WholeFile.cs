namespace LoRDBA.Runtime.Memory;

/// <summary>
/// Writes files whole or not at all: under a temporary name in the same folder, onto the disk, and only then renamed. So a
/// power cut, a full disk or Ctrl-C leaves what was there before.
/// </summary>
public static class WholeFile
{
    /// <summary>Writes one file; an exception of <paramref name="write"/> leaves nothing behind.</summary>
    /// <param name="path">The file; for the time of writing, PATH.part lies beside it.</param>
    /// <param name="write">Writes the whole content to the stream that it is given, forward only.</param>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + ".part";
        // Opened outside of the try: if another process is writing this file, we must not delete its half-written one.
        var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Whether two paths name the same file, also through links.</summary>
    public static bool IsSame(string one, string other) => Resolve(one) == Resolve(other);

    private static string Resolve(string path)
    {
        path = Path.GetFullPath(path);
        if (Path.GetDirectoryName(path) is not { } folder) return path;
        var entry = new FileInfo(Path.Combine(Resolve(folder), Path.GetFileName(path)));
        return entry.LinkTarget is null ? entry.FullName : entry.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
