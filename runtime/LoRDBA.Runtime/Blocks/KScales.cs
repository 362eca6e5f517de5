using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        var end = range.First + range.Count;
        var eight = stackalloc float[2 * BlockSize.SubBlocks];
        for (var r = 0; r < range.Rows; r++)
            for (var block = range.First; block < end;)
            {
                var at = range.Row + r * range.RowBytes + block / BlockSize.SubBlocks * blockBytes;
                ReadEight(at + 4, F16.Read(at), F16.Read(at + 2), eight, eight + BlockSize.SubBlocks);
                var next = Math.Min(end, (block | (BlockSize.SubBlocks - 1)) + 1);
                for (; block < next; block++)
                {
                    scales[(block - range.First) * range.Stride + r] = eight[block % BlockSize.SubBlocks];
                    mins[(block - range.First) * range.Stride + r] = eight[BlockSize.SubBlocks + block % BlockSize.SubBlocks];
                }
            }
    }

    /// <summary>All of a super-block, four bytes at a time.</summary>
    private static unsafe void ReadEight(byte* packed, float d, float e, float* scales, float* mins)
    {
        var (s, m) = (Unsafe.ReadUnaligned<uint>(packed), Unsafe.ReadUnaligned<uint>(packed + 4));
        var lower = Unsafe.ReadUnaligned<uint>(packed + 8);
        Widen(s & 0x3f3f_3f3f, d, scales);
        Widen(lower & 0x0f0f_0f0f | s >> 2 & 0x3030_3030, d, scales + 4);
        Widen(m & 0x3f3f_3f3f, -e, mins);
        Widen(lower >> 4 & 0x0f0f_0f0f | m >> 2 & 0x3030_3030, -e, mins + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Widen(uint four, float factor, float* to)
    {
        var words = Vector128.WidenLower(Vector128.CreateScalar(four).AsByte());
        (Vector128.ConvertToSingle(Vector128.WidenLower(words.AsInt16())) * Vector128.Create(factor)).Store(to);
    }
}
