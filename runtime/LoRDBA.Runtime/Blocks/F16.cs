using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>16-bit IEEE 754 numbers, one per block; also the scales of the quantized formats.</summary>
internal static unsafe class F16
{
    public const int Bytes = 2;

    /// <summary>2^112, the ratio of the exponent biases of 32 and 16 bits (127 - 15).</summary>
    public const float BiasRatio = 5.192296858534828e33f;

    /// <summary>The sign and the 15 other bits of a half that was sign-extended to 32 bits and shifted left by 13.</summary>
    public const int WideMask = unchecked((int)0x8fff_e000);

    /// <summary>
    /// The number at <paramref name="half"/>, if it is finite, without a branch. Sign and magnitude go apart: the magnitude's
    /// bits, moved to where a 32-bit number has them, read as 2^-112 times the value, also for subnormal numbers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(byte* half)
    {
        uint bits = Unsafe.ReadUnaligned<ushort>(half);
        var magnitude = BitConverter.UInt32BitsToSingle((bits & 0x7fff) << 13) * BiasRatio;
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) | (bits & 0x8000) << 16);
    }

    public static void Write(Span<byte> half, float value) => MemoryMarshal.Write(half, (Half)value);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(blocks), values);

    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) =>
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(blocks));
}
