using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>32-bit IEEE 754 numbers, one per block.</summary>
internal static class F32
{
    public const int Bytes = 4;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) => blocks.CopyTo(MemoryMarshal.AsBytes(values));

    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => MemoryMarshal.AsBytes(values).CopyTo(blocks);
}
