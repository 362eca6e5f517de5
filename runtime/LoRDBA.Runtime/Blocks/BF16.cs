using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>The upper halves of 32-bit IEEE 754 numbers (sign, 8 bits of exponent, 7 of mantissa), one per block.</summary>
internal static class BF16
{
    public const int Bytes = 2;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (var i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
    }

    /// <summary>Rounds to nearest, ties to even; NaN stays NaN.</summary>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            halves[i] = float.IsNaN(values[i])
                ? (ushort)(bits >> 16 | 0x40)
                : (ushort)(bits + 0x7fff + (bits >> 16 & 1) >> 16);
        }
    }
}
