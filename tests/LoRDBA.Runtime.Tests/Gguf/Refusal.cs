using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Tests.Gguf;

/// <summary>What every refusal has in common: one typed error, and little memory however much the file claims.</summary>
internal static unsafe class Refusal
{
    private const long MaxAllocated = 1 << 20;

    public static GgufException Of(byte[] bytes)
    {
        // One byte more than needed, so that an empty file has an address too.
        var padded = GC.AllocateArray<byte>(bytes.Length + 1, pinned: true);
        bytes.CopyTo(padded, 0);
        fixed (byte* start = padded)
        {
            var (first, length) = ((nint)start, bytes.Length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<GgufException>(() => GgufFile.FromMemory((byte*)first, length, "test.gguf").Dispose());
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(allocated < MaxAllocated, $"{allocated} bytes were allocated to refuse a file of {length}");
            Assert.InRange(error.Offset, 0, length);
            Assert.Contains("test.gguf", error.Message, StringComparison.Ordinal);
            return error;
        }
    }

    public static void Of(byte[] bytes, GgufError expected) => Assert.Equal(expected, Of(bytes).Error);
}
