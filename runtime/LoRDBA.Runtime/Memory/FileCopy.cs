using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Runtime.Memory;

/// <summary>
/// A file copied into memory of its own: what happens to the file afterwards changes nothing. For what is small and has a digest to be
/// checked; what is large is a <see cref="MappedFile"/>.
/// </summary>
internal sealed unsafe class FileCopy : IDisposable
{
    /// <summary>Where mapped files begin on a page, this begins on a cache line.</summary>
    private const int Alignment = 64;
    private const int MostPerRead = 1 << 30;

    private byte* start;

    private FileCopy(byte* start, long length)
    {
        this.start = start;
        Length = length;
    }

    /// <summary>The first byte; <see cref="Length"/> bytes follow.</summary>
    /// <exception cref="ObjectDisposedException">The copy is gone.</exception>
    public byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(start is null, this);
            return start;
        }
    }

    /// <summary>Bytes that were read: fewer than the file had at first, if it was shortened meanwhile.</summary>
    public long Length { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="refused">Makes the caller's error from the operating system's.</param>
    /// <exception cref="MemoryException">It does not fit into the memory.</exception>
    public static FileCopy Read(string path, Func<Exception, LordbaException> refused)
    {
        byte* start = null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            start = Allocate(path, length);
            return new(start, Fill(file, start, length));
        }
        catch (Exception cause)
        {
            NativeMemory.AlignedFree(start);
            if (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException) throw refused(cause);
            throw;
        }
    }

    private static byte* Allocate(string path, long length)
    {
        try
        {
            return (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), Alignment);
        }
        catch (OutOfMemoryException cause)
        {
            throw new MemoryException($"a copy of {path}", length, cause);
        }
    }

    private static long Fill(SafeFileHandle file, byte* start, long length)
    {
        var done = 0L;
        while (done < length)
        {
            var read = RandomAccess.Read(file, new Span<byte>(start + done, (int)Math.Min(length - done, MostPerRead)), done);
            if (read == 0) break;
            done += read;
        }
        return done;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(start);
        start = null;
    }
}
