using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 20 bytes, w_j = d * q_j + m:
/// <code>
/// byte 0     2     4                                        20
///      | d   | m   | q_16 q_0 | q_17 q_1 | ...  | q_31 q_15 |      d, m: f16, q: 4 bits, 0 to 15, upper half written first
/// </code>
/// </summary>
internal readonly unsafe struct Q4_1 : IQuantizedBlock
{
    public const int BlockBytes = 20;
    private const int BlockLength = 32;

    public static bool HasMin => true;

    public static bool HasNibbles => true;

    public static bool BeginsWithScale => true;

    public static bool IsNarrow => true;

    public static int Offset(int block) => BlockBytes * block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => Nibbles.Load(at + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b, int block) => Nibbles.LoadPair(a + 4, b + 4);

    public static void Scales(in BlockRange range, float* scales, float* mins)
    {
        HalfScales.Read(range, 0, BlockBytes, scales);
        HalfScales.Read(range, 2, BlockBytes, mins);
    }

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            var m = (float)MemoryMarshal.Read<Half>(blocks[2..]);
            for (var j = 0; j < BlockLength / 2; j++)
            {
                values[j] = d * (blocks[4 + j] & 0x0f) + m;
                values[j + BlockLength / 2] = d * (blocks[4 + j] >> 4) + m;
            }
        }
    }

    /// <summary>m = min w, d = (max w - min w) / 15, q = floor((w - m) / d + 0.5), at most 15.</summary>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var (min, max) = (float.MaxValue, float.MinValue);
            foreach (var w in values[..BlockLength]) (min, max) = (MathF.Min(min, w), MathF.Max(max, w));
            var d = (max - min) / 15;
            var inverse = d == 0 ? 0 : 1 / d;

            F16.Write(blocks, d);
            F16.Write(blocks[2..], min);
            for (var j = 0; j < BlockLength / 2; j++)
                blocks[4 + j] = (byte)(Code(values[j]) | Code(values[j + BlockLength / 2]) << 4);

            int Code(float w) => Math.Clamp((int)((w - min) * inverse + 0.5f), 0, 15);
        }
    }
}
