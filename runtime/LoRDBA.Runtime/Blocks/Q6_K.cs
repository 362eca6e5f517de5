using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 210 bytes: 16 sub-blocks s of 16, w_j = d * scale_s * (q_j - 32) with s = j / 16:
/// <code>
/// byte 0                        128                       192                       208   210
///      | lower four bits of q   | upper two bits of q     | scale_0 ... scale_15    | d   |       d: f16, scale: int8
///
/// weights 0 to 127, l = 0 to 31 (128 to 255 likewise in the second half of each section):
///   lower four:  byte l:       q_(l + 64) | q_l              bits 7-4 | 3-0
///                byte l + 32:  q_(l + 96) | q_(l + 32)
///   upper two:   byte l:       q_(l + 96) | q_(l + 64) | q_(l + 32) | q_l      bits 7-6 | 5-4 | 3-2 | 1-0
/// </code>
/// </summary>
internal static class Q6_K
{
    public const int BlockBytes = 210;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks[208..]);
            for (var s = 0; s < 16; s++)
            {
                var scale = d * (sbyte)blocks[192 + s];
                var low = blocks.Slice(64 * (s / 8) + 16 * (s % 4), 16);
                var lowShift = 4 * (s / 4 % 2);
                var high = blocks.Slice(128 + 32 * (s / 8) + 16 * (s % 2), 16);
                var highShift = 2 * (s / 2 % 4);
                for (var j = 0; j < 16; j++) values[16 * s + j] = scale * ((low[j] >> lowShift & 0x0f | (high[j] >> highShift & 3) << 4) - 32);
            }
        }
    }
}
