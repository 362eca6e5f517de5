using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Memory;

/// <summary>
/// One block of native memory, laid out once and handed out as named spans, so that a step never allocates and the
/// memory of an engine or a sequence is one number that can be told beforehand.
/// </summary>
/// <remarks>
/// The layout is a function that reserves span after span. It runs twice: first against an empty arena, which only adds
/// up sizes, then against the allocated one, which gives the same offsets their addresses. Sizes and addresses can
/// therefore not disagree.
/// </remarks>
internal sealed unsafe class Arena : IDisposable
{
    /// <summary>Every span starts on a cache line, which is also the widest vector (64 bytes).</summary>
    private const int Alignment = 64;

    private void* allocated;
    private byte* start;
    private long used;

    private Arena() { }

    /// <summary>Bytes in use.</summary>
    public long ByteLength => used;

    /// <summary>Measures, allocates (zeroed) and lays out.</summary>
    /// <param name="layout">Reserves the spans; runs twice and has to ask for the same spans both times.</param>
    /// <param name="what">What the memory is for, in an error's words: "a context of 4096 tokens".</param>
    /// <exception cref="MemoryException">The system has not that much memory.</exception>
    public static Arena Create(Action<Arena> layout, string what = "an arena")
    {
        var arena = new Arena();
        layout(arena);
        var size = arena.used;
        // The system zeroes a page at its first touch: a page that is never used, such as the end of a long context, takes no memory.
        arena.allocated = Allocate(what, size + Alignment);
        arena.start = (byte*)(((nint)arena.allocated + Alignment - 1) & -Alignment);
        arena.used = 0;
        layout(arena);
        if (arena.used != size) throw new InvalidOperationException($"The layout asked for {size} bytes, then for {arena.used}.");
        return arena;
    }

    private static void* Allocate(string what, long size)
    {
        try
        {
            return NativeMemory.AllocZeroed((nuint)size);
        }
        catch (OutOfMemoryException cause)
        {
            throw new MemoryException(what, size, cause);
        }
    }

    /// <summary>Reserves the next <paramref name="count"/> elements; null while measuring.</summary>
    public T* Reserve<T>(long count) where T : unmanaged
    {
        var offset = used;
        used = checked(offset + (count * sizeof(T) + Alignment - 1) / Alignment * Alignment);
        return start is null ? null : (T*)(start + offset);
    }

    /// <summary>Frees the block; every span of it is dead from here on.</summary>
    public void Dispose()
    {
        NativeMemory.Free(allocated);
        allocated = null;
        start = null;
    }
}
