using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 110 bytes: 16 sub-blocks s of 16, w_j = d * (scale_s - 32) * (q_j - 4) with s = j / 16:
/// <code>
/// byte 0                        32                        96               108   110
///      | third bits of q        | lower two bits of q     | scales         | d   |       d: f16
///
/// third bits:   byte l, l = 0 to 31:                bit k is that of q_(l + 32 k)
/// lower bits:   byte l of the first 32:             q_(l + 96) | q_(l + 64) | q_(l + 32) | q_l      bits 7-6 | 5-4 | 3-2 | 1-0
///               the other 32 likewise, weights 128 to 255
/// scales, 6 bits:  byte i, i = 0 to 7:              lower four of scale_(i + 8) | lower four of scale_i      bits 7-4 | 3-0
///                  byte i + 8, i = 0 to 3:          upper two of scale_(i + 12) | (i + 8) | (i + 4) | i
/// </code>
/// </summary>
internal static class Q3_K
{
    public const int BlockBytes = 110;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks[108..]);
            var scales = blocks.Slice(96, 12);
            for (var s = 0; s < 16; s++)
            {
                var scale = d * ((scales[s % 8] >> 4 * (s / 8) & 0x0f | (scales[8 + s % 4] >> 2 * (s / 4) & 3) << 4) - 32);
                var high = blocks.Slice(16 * (s % 2), 16);
                var low = blocks.Slice(32 + 32 * (s / 8) + 16 * (s % 2), 16);
                var shift = 2 * (s / 2 % 4);
                for (var j = 0; j < 16; j++) values[16 * s + j] = scale * ((low[j] >> shift & 3 | (high[j] >> s / 2 & 1) << 2) - 4);
            }
        }
    }
}
