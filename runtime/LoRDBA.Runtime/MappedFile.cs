using System.IO.MemoryMappedFiles;

namespace LoRDBA.Runtime;

/// <summary>A file mapped read-only. Pointers into it die with it.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor? view;

    private MappedFile(MemoryMappedViewAccessor? view, long length)
    {
        (this.view, Length) = (view, length);
        if (view is null) return;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + view.PointerOffset;
    }

    /// <summary>The first byte; null in an empty file and after disposal.</summary>
    public byte* Start { get; private set; }

    /// <summary>Size in bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="refused">Makes the caller's error of what the operating system said.</param>
    public static MappedFile Open(string path, Func<Exception, LordbaException> refused)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            var length = stream.Length;
            if (length == 0) return new(null, 0);
            using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new(map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw refused(cause);
        }
    }

    /// <summary>Ends the mapping.</summary>
    public void Dispose()
    {
        if (Start is null) return;
        Start = null;
        view!.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
    }
}
