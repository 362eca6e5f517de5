using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 136 bytes: 8 sub-blocks s of 32, w_j = d * (scale_s - 32) * Levels[i_j] with s = j / 32 and the levels of IQ4_NL:
/// <code>
/// byte 0     2          4               8                                                136
///      | d   | h        | lower four    | i of sub-block 0, 16 bytes | sub-block 1 | ... |       d: f16, h: u16
///
/// scale, 6 bits:  lower four: byte k, k = 0 to 3:  scale_(2k + 1) | scale_(2k)      bits 7-4 | 3-0
///                 upper two:  bits 2s + 1 and 2s of h
/// i, 4 bits:      byte l of 16:  i_(l + 16) | i_l      bits 7-4 | 3-0
/// </code>
/// </summary>
internal readonly unsafe struct IQ4_XS : IQuantizedBlock
{
    public const int BlockBytes = 136;

    public static bool HasMin => false;

    public static bool HasHighBits => true;

    public static int BlocksTogether => BlockSize.SubBlocks;

    public static int Offset(int block) => BlockBytes * (block / BlockSize.SubBlocks);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => IQ4_NL.Load(at + 6 + 16 * (block % BlockSize.SubBlocks), block);

    public static void Scales(in BlockRange range, float* scales, float* mins)
    {
        SuperBlockScales.Gather(range, offset: 0, BlockBytes, words: 2, scales);
        var stride = range.Stride;
        for (var i = 0; i < range.Count; i += BlockSize.SubBlocks, scales += BlockSize.SubBlocks * stride)
            for (var lane = 0; lane < stride; lane += SuperBlockScales.Lanes)
            {
                var (first, lower) = (Vector256.Load((int*)scales + lane), Vector256.Load((int*)scales + stride + lane));
                var (d, upper) = (SuperBlockScales.Half(first), first >>> 16);
                for (var s = 0; s < BlockSize.SubBlocks; s++)
                {
                    var scale = (lower >>> 4 * s & Vector256.Create(0x0f) | (upper >>> 2 * s & Vector256.Create(3)) << 4) - Vector256.Create(32);
                    (Vector256.ConvertToSingle(scale) * d).Store(scales + s * stride + lane);
                }
            }
    }

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            var h = MemoryMarshal.Read<ushort>(blocks[2..]);
            for (var s = 0; s < 8; s++)
            {
                var scale = d * ((blocks[4 + s / 2] >> 4 * (s % 2) & 0x0f | (h >> 2 * s & 3) << 4) - 32);
                var indices = blocks.Slice(8 + 16 * s, 16);
                for (var j = 0; j < 16; j++)
                {
                    values[32 * s + j] = scale * IQ4_NL.Levels[indices[j] & 0x0f];
                    values[32 * s + j + 16] = scale * IQ4_NL.Levels[indices[j] >> 4];
                }
            }
        }
    }
}
