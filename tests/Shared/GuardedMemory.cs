using System.Runtime.InteropServices;

namespace LoRDBA.Tests;

/// <summary>
/// Memory that ends exactly where an unreadable page begins, so a kernel that reads or writes one byte too far stops the
/// test process at once instead of passing by luck.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 0x1 | 0x2, PrivateAnonymous = 0x02 | 0x20;

    private readonly byte* mapping;
    private readonly nuint mappedLength;

    /// <summary>Maps <paramref name="length"/> zero bytes.</summary>
    public GuardedMemory(int length)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Guard pages are set with Linux calls: run these tests on Linux.");
        var page = (nuint)Environment.SystemPageSize;
        var usable = ((nuint)length + page - 1) / page * page;
        mappedLength = usable + page;
        mapping = (byte*)MemoryMap(null, mappedLength, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)mapping == -1 || Protect(mapping + usable, page, 0) != 0) throw new InvalidOperationException("no guarded memory");
        Bytes = mapping + usable - length;
        Length = length;
    }

    /// <summary>The first byte.</summary>
    public byte* Bytes { get; }

    /// <summary>Number of bytes.</summary>
    public int Length { get; }

    /// <summary>The first byte as a float.</summary>
    public float* Floats => (float*)Bytes;

    /// <summary>The first byte as a whole number.</summary>
    public int* Ints => (int*)Bytes;

    /// <summary>A copy of floats.</summary>
    public static GuardedMemory OfFloats(ReadOnlySpan<float> values)
    {
        var memory = new GuardedMemory(values.Length * sizeof(float));
        values.CopyTo(new Span<float>(memory.Floats, values.Length));
        return memory;
    }

    /// <summary>A copy of bytes.</summary>
    public static GuardedMemory OfBytes(ReadOnlySpan<byte> values)
    {
        var memory = new GuardedMemory(values.Length);
        values.CopyTo(new Span<byte>(memory.Bytes, values.Length));
        return memory;
    }

    /// <summary>Zeroes everything.</summary>
    public void Clear() => new Span<byte>(Bytes, Length).Clear();

    public void Dispose() => _ = Unmap(mapping, mappedLength);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MemoryMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
