using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 18 bytes, w_j = d * (q_j - 8):
/// <code>
/// byte 0     2                                        18
///      | d   | q_16 q_0 | q_17 q_1 | ...  | q_31 q_15 |      d: f16, q: 4 bits, 0 to 15, upper half written first
/// </code>
/// </summary>
internal readonly unsafe struct Q4_0 : IQuantizedBlock
{
    public const int BlockBytes = 18;
    private const int BlockLength = 32;

    public static bool HasMin => false;

    public static bool HasNibbles => true;

    public static bool BeginsWithScale => true;

    public static bool IsNarrow => true;

    public static int Zero => 8;

    public static int Offset(int block) => BlockBytes * block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => LoadCodes(at, block) - Vector256.Create((sbyte)Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> LoadCodes(byte* at, int block) => Nibbles.Load(at + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b, int block) => Nibbles.LoadPair(a + 2, b + 2);

    public static void Scales(in BlockRange range, float* scales, float* mins) => HalfScales.Read(range, 0, BlockBytes, scales);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            for (var j = 0; j < BlockLength / 2; j++)
            {
                values[j] = d * ((blocks[2 + j] & 0x0f) - 8);
                values[j + BlockLength / 2] = d * ((blocks[2 + j] >> 4) - 8);
            }
        }
    }

    /// <summary>d = w / -8 for the w of largest magnitude, so that this one is exact; q = floor(w / d + 8.5), at most 15.</summary>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var largest = 0f;
            foreach (var w in values[..BlockLength])
                if (MathF.Abs(w) > MathF.Abs(largest)) largest = w;
            var d = largest / -8;
            var inverse = d == 0 ? 0 : 1 / d;

            F16.Write(blocks, d);
            for (var j = 0; j < BlockLength / 2; j++)
                blocks[2 + j] = (byte)(Code(values[j]) | Code(values[j + BlockLength / 2]) << 4);

            int Code(float w) => Math.Clamp((int)(w * inverse + 8.5f), 0, 15);
        }
    }
}
