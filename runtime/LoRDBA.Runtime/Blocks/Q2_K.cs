using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 84 bytes: 16 sub-blocks s of 16, w_j = d * scale_s * q_j - e * min_s with s = j / 16:
/// <code>
/// byte 0                                  16                         80    82    84
///      | min_0 scale_0 | ... | min_15 ... | q of weights, see below  | d   | e   |       d, e: f16, scale, min, 4 bits each
///
/// q, 2 bits:  byte l of the first 32, l = 0 to 31:   q_(l + 96) | q_(l + 64) | q_(l + 32) | q_l      bits 7-6 | 5-4 | 3-2 | 1-0
///             the other 32 likewise, weights 128 to 255
/// </code>
/// </summary>
internal static class Q2_K
{
    public const int BlockBytes = 84;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks[80..]);
            var e = (float)MemoryMarshal.Read<Half>(blocks[82..]);
            for (var s = 0; s < 16; s++)
            {
                var (scale, min) = (d * (blocks[s] & 0x0f), e * (blocks[s] >> 4));
                var codes = blocks.Slice(16 + 32 * (s / 8) + 16 * (s % 2), 16);
                var shift = 2 * (s / 2 % 4);
                for (var j = 0; j < 16; j++) values[16 * s + j] = scale * (codes[j] >> shift & 3) - min;
            }
        }
    }
}
