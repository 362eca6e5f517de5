namespace LoRDBA.Runtime.Memory;

/// <summary>
/// Writes files whole or not at all: under a temporary name in the same folder, onto the disk, and only then renamed. So a
/// power cut, a full disk or Ctrl-C leaves what was there before.
/// </summary>
/// <remarks>
/// A link is followed and stays; a file that is there keeps its mode and owner. A device, a pipe or an open descriptor
/// (<c>/dev/null</c>, <c>/dev/stdout</c>) cannot be replaced: what is written goes to it as it comes.
/// </remarks>
public static class WholeFile
{
    /// <summary>As many links are followed as the system follows.</summary>
    private const int MaxLinks = 40;

    /// <summary>Writes one file; an exception of <paramref name="write"/> leaves nothing behind.</summary>
    /// <param name="path">The file; for the time of writing, FILE.part lies beside it, or beside what it is a link to.</param>
    /// <param name="write">Writes the whole content to the stream that it is given, forward only.</param>
    /// <exception cref="IOException">It cannot be written, or is a folder; what was at the path is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was at the path is still there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        Check(path);
        var status = FileStatus.Of(path);
        var target = Resolve(path);
        if (status.Kind == FileKind.Other || IsDescriptor(target)) WriteThrough(path, target, status.Kind, write);
        else Replace(target, status, write);
    }

    /// <summary>Asks whether a file could be written there, before what takes long.</summary>
    /// <param name="path">The file to be.</param>
    /// <exception cref="IOException">It is a folder, or there is no folder for it.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder: give the name of a file.");
        var folder = Path.GetDirectoryName(Resolve(path))!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{path} cannot be written, because there is no folder {folder}. Make it first.");
    }

    /// <summary>Whether two paths name the same file, also through links.</summary>
    public static bool IsSame(string one, string other) => Resolve(one) == Resolve(other);

    private static void Replace(string target, FileStatus former, Action<Stream> write)
    {
        var temporary = target + ".part";
        // What an earlier run left is written over. A link or a device of that name is somebody's trap, or somebody's own.
        if (FileStatus.Of(temporary, followLinks: false).Kind is not (FileKind.None or FileKind.Regular))
            throw new IOException($"{temporary} is in the way, and is no file: remove it.");

        // Opened outside of the try: if another process is writing this file, we must not delete its half-written one.
        var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                if (former.Kind == FileKind.Regular) TakeOver(former, target, stream, temporary);
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Gives the new file the owner and the mode of the one that it replaces, before there is anything to read in it.</summary>
    private static void TakeOver(FileStatus former, string target, FileStream stream, string temporary)
    {
        var now = FileStatus.Of(temporary, followLinks: false);
        if ((now.Owner, now.Group) != (former.Owner, former.Group)) former.GiveTo(stream.SafeFileHandle, target);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
    }

    private static void WriteThrough(string path, string target, FileKind kind, Action<Stream> write)
    {
        using var stream = OpenThrough(path, target, kind);
        write(stream);
        stream.Flush();
    }

    private static Stream OpenThrough(string path, string target, FileKind kind)
    {
        // Where a shell has sent these two to a file, others write there too: only the descriptor itself knows where the next byte goes.
        if (kind == FileKind.Regular && target == DescriptorFolder + "/1") return new BufferedStream(Console.OpenStandardOutput());
        if (kind == FileKind.Regular && target == DescriptorFolder + "/2") return new BufferedStream(Console.OpenStandardError());
        return new FileStream(path, kind == FileKind.Regular ? FileMode.Truncate : FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    }

    private static string DescriptorFolder => $"/proc/{Environment.ProcessId}/fd";

    /// <summary>Whether a resolved path is a descriptor that a process has open.</summary>
    private static bool IsDescriptor(string path) => path.StartsWith("/proc/", StringComparison.Ordinal) && Path.GetDirectoryName(path)!.EndsWith("/fd", StringComparison.Ordinal);

    /// <summary>The path without links, also if there is nothing yet; that of a descriptor, where links end at one.</summary>
    /// <exception cref="IOException">The links have no end.</exception>
    private static string Resolve(string path)
    {
        var resolved = Path.GetFullPath(path);
        for (var links = 0; links <= MaxLinks; links++)
        {
            if (Path.GetDirectoryName(resolved) is not { } folder) return resolved;
            folder = Resolve(folder);
            resolved = Path.Combine(folder, Path.GetFileName(resolved));
            if (IsDescriptor(resolved) || new FileInfo(resolved).LinkTarget is not { } link) return resolved;
            resolved = Path.GetFullPath(link, folder);
        }
        throw new IOException($"{path} is a link that leads to itself.");
    }
}
