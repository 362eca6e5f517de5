using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// Scales s and minima m of eight sub-blocks, 6 bits each in 12 bytes, as Q4_K and Q5_K keep them. The first four pairs lie in
/// eight bytes; the last four have their lower bits in the other four bytes and their upper bits above the first pairs (k = 0 to 3):
/// <code>
///                 bits 7-6          5-0
/// byte k          s_(k + 4) upper | s_k
/// byte k + 4      m_(k + 4) upper | m_k
///                 bits 7-4          3-0
/// byte k + 8      m_(k + 4) lower | s_(k + 4) lower
/// </code>
/// </summary>
internal static class KScales
{
    public const int Bytes = 12;

    /// <summary>Scale and minimum of sub-block <paramref name="s"/>, both 0 to 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Scale, int Min) Read(ReadOnlySpan<byte> packed, int s) => s < 4
        ? (packed[s] & 0x3f, packed[s + 4] & 0x3f)
        : (packed[s + 4] & 0x0f | packed[s - 4] >> 6 << 4, packed[s + 4] >> 4 | packed[s] >> 6 << 4);

    /// <summary>d · scale_s and -e · min_s, where a super-block starts with d and e and these.</summary>
    public static unsafe void Read(in BlockRange range, int blockBytes, float* scales, float* mins)
    {
        for (var r = 0; r < range.Rows; r++)
            for (var b = 0; b < range.Count; b++)
            {
                var block = range.First + b;
                var at = range.Row + r * range.RowBytes + block / BlockSize.SubBlocks * blockBytes;
                var (scale, min) = Read(new ReadOnlySpan<byte>(at + 4, Bytes), block % BlockSize.SubBlocks);
                scales[b * range.Stride + r] = F16.Read(at) * scale;
                mins[b * range.Stride + r] = -(F16.Read(at + 2) * min);
            }
    }
}
