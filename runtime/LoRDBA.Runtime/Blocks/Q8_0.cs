using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 34 bytes, w_j = d * q_j:
/// <code>
/// byte 0     2                                34
///      | d   | q_0  q_1  ...             q_31 |      d: f16, q: int8
/// </code>
/// </summary>
internal readonly unsafe struct Q8_0 : IQuantizedBlock
{
    public const int BlockBytes = 34;
    private const int BlockLength = 32;

    public static bool HasMin => false;

    public static bool BeginsWithScale => true;

    public static int Offset(int block) => BlockBytes * block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => Vector256.Load((sbyte*)at + 2);

    public static void Scales(in BlockRange range, float* scales, float* mins) => HalfScales.Read(range, 0, BlockBytes, scales);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            for (var j = 0; j < BlockLength; j++) values[j] = d * (sbyte)blocks[2 + j];
        }
    }

    /// <summary>d = max |w| / 127, q to nearest, ties away from zero.</summary>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var largest = 0f;
            foreach (var w in values[..BlockLength]) largest = MathF.Max(largest, MathF.Abs(w));
            var d = largest / 127;
            var inverse = d == 0 ? 0 : 1 / d;

            F16.Write(blocks, d);
            for (var j = 0; j < BlockLength; j++)
                blocks[2 + j] = (byte)(sbyte)MathF.Round(values[j] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    /// <summary>
    /// Of the scales d = max |w| / k, k = 127 down to 64, that with the least squared error. Where the weights lie on a lattice, because
    /// they come out of another block format, one of these scales usually nearly divides its step: a former Q4_0, Q5_0 or IQ4_NL is
    /// then represented exactly, and the error of a former Q4_1 falls to a quarter.
    /// </summary>
    public static void QuantizeClosest(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = ClosestScale(values[..BlockLength]);
            var inverse = d == 0 ? 0 : 1 / d;
            F16.Write(blocks, d);
            for (var j = 0; j < BlockLength; j++) blocks[2 + j] = (byte)(sbyte)MathF.Round(values[j] * inverse);
        }
    }

    /// <summary>The scale as a 16-bit number; 0 where no other 16-bit number is small enough.</summary>
    private static float ClosestScale(ReadOnlySpan<float> values)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        var (w0, w1) = (Vector256.Create(values), Vector256.Create(values[8..]));
        var (w2, w3) = (Vector256.Create(values[16..]), Vector256.Create(values[24..]));
        var (best, least) = (0f, float.PositiveInfinity);
        for (var k = 127; k >= 64; k--)
        {
            var d = (float)(Half)(largest / k);
            var inverse = 1 / d;
            if (!float.IsFinite(inverse)) continue;
            var (e0, e1) = (SquaredError(w0, d, inverse), SquaredError(w1, d, inverse));
            var (e2, e3) = (SquaredError(w2, d, inverse), SquaredError(w3, d, inverse));
            var error = Vector256.Sum(e0 + e1 + (e2 + e3));
            if (error < least) (best, least) = (d, error);
        }
        return best;
    }

    private static Vector256<float> SquaredError(Vector256<float> w, float d, float inverse)
    {
        var error = w - Vector256.Round(w * inverse) * d;
        return error * error;
    }
}
