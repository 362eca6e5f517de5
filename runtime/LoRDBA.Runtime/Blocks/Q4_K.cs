using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 144 bytes: 8 sub-blocks s of 32, w_j = d * scale_s * q_j - e * min_s with s = j / 32:
/// <code>
/// byte 0     2     4                             16                                    144
///      | d   | e   | scales and minima (KScales) | q of weights 0-63 | 64-127 | ...    |       d, e: f16
///
/// q, 4 bits:  byte l of the first 32:  q_(l + 32) | q_l      bits 7-4 | 3-0
/// </code>
/// </summary>
internal readonly unsafe struct Q4_K : IQuantizedBlock
{
    public const int BlockBytes = 144;

    public static bool HasMin => true;

    public static bool IsNarrow => true;

    public static bool HasNibbles => true;

    public static int Offset(int block) => BlockBytes * (block / BlockSize.SubBlocks);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) =>
        Nibbles.Take(at + 16 + 32 * (block % BlockSize.SubBlocks / 2), upper: block % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b, int block)
    {
        var pair = 16 + 32 * (block % BlockSize.SubBlocks / 2);
        return Nibbles.TakePair(a + pair, b + pair, upper: block % 2);
    }

    public static int BlocksTogether => BlockSize.SubBlocks;

    public static void Scales(in BlockRange range, float* scales, float* mins) => KScales.Read(range, BlockBytes, scales, mins);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            var e = (float)MemoryMarshal.Read<Half>(blocks[2..]);
            for (var s = 0; s < 8; s++)
            {
                var (scaleCode, minCode) = KScales.Read(blocks.Slice(4, KScales.Bytes), s);
                var (scale, min) = (d * scaleCode, e * minCode);
                var codes = blocks.Slice(16 + 32 * (s / 2), 32);
                var shift = 4 * (s % 2);
                for (var j = 0; j < 32; j++) values[32 * s + j] = scale * (codes[j] >> shift & 0x0f) - min;
            }
        }
    }
}
