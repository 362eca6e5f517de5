using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>
/// What every refusal has in common: one typed error, little memory however much the file claims, and not one byte read behind
/// its end, where an unreadable page begins.
/// </summary>
internal static unsafe class Refusal
{
    private const long MaxAllocated = 1 << 20;

    public static GgufException Of(byte[] bytes)
    {
        using var memory = GuardedMemory.OfBytes(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<GgufException>(() => GgufFile.FromMemory(memory.Bytes, memory.Length, "test.gguf").Dispose());
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated < MaxAllocated, $"{allocated} bytes were allocated to refuse a file of {bytes.Length}");
        Assert.InRange(error.Offset, 0, bytes.Length);
        Assert.Contains("test.gguf", error.Message, StringComparison.Ordinal);
        return error;
    }

    public static void Of(byte[] bytes, GgufError expected) => Assert.Equal(expected, Of(bytes).Error);
}
