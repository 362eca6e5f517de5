using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Runtime.Memory;

/// <summary>A file mapped read-only. Pointers into it die with it.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private const int ReaderStackBytes = 128 << 10;

    private readonly SafeFileHandle file;
    private readonly DateTime written;
    private readonly MemoryMappedViewAccessor? view;
    private Thread? reader;
    private volatile bool closing;

    private MappedFile(SafeFileHandle file, DateTime written, MemoryMappedViewAccessor? view, long length)
    {
        (this.file, this.written, this.view, Length) = (file, written, view, length);
        if (view is null) return;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + view.PointerOffset;
    }

    /// <summary>The first byte; null in an empty file and after disposal.</summary>
    public byte* Start { get; private set; }

    /// <summary>Size in bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>
    /// Whether the file has been written to or cut since it was mapped, by its size and the time of its last change. Bytes that another
    /// program changed through a mapping of its own may not show, and a write within the clock's step of the opening does not.
    /// </summary>
    public bool IsChanged => RandomAccess.GetLength(file) != Length || File.GetLastWriteTimeUtc(file) != written;

    /// <summary>Maps a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="refused">Makes the caller's error from the operating system's.</param>
    public static MappedFile Open(string path, Func<Exception, LordbaException> refused)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var (length, written) = (RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
            if (length == 0) return new(file, written, null, 0);
            using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new(file, written, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception cause)
        {
            file?.Dispose();
            if (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException) throw refused(cause);
            throw;
        }
    }

    /// <summary>
    /// Touches every page, in order, from a thread of its own, so that the caller need not wait for storage, or for the operating system to
    /// map page after page. Does nothing if the file would fill more than half of the memory, where pages would push each other out.
    /// </summary>
    public void ReadAhead()
    {
        if (Start is null || reader is not null || Length > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2) return;
        reader = new Thread(Touch, ReaderStackBytes) { IsBackground = true, Name = "read ahead" };
        reader.Start();
    }

    private void Touch()
    {
        for (long at = 0; at < Length && !closing; at += Environment.SystemPageSize) Volatile.Read(ref Start[at]);
    }

    /// <summary>Ends the mapping.</summary>
    public void Dispose()
    {
        file.Dispose();
        if (Start is null) return;
        closing = true;
        reader?.Join();
        Start = null;
        view!.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
    }
}
