using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>Weights in blocks whose bytes are random.</summary>
internal static unsafe class RandomBlocks
{
    /// <summary>Different blocks; then the same ones come again.</summary>
    private const int Count = 1021;

    /// <summary>Fills memory with blocks that stand for finite numbers of common size; their bytes are drawn until they do.</summary>
    public static void Fill(BlockFormat format, byte* memory, long byteLength, Random random)
    {
        var values = new float[format.BlockLength];
        var drawn = new Span<byte>(memory, Count * format.BlockBytes);
        for (var at = 0; at < drawn.Length; at += format.BlockBytes)
            do
            {
                random.NextBytes(drawn.Slice(at, format.BlockBytes));
                format.Dequantize(drawn.Slice(at, format.BlockBytes), values);
            }
            while (values.Any(value => !(Math.Abs(value) < 100)));
        for (long at = drawn.Length; at < byteLength; at += drawn.Length)
            Buffer.MemoryCopy(memory, memory + at, byteLength - at, Math.Min(drawn.Length, byteLength - at));
    }
}
