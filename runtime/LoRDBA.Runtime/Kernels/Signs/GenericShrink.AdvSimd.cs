using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// arm64. A segment is four registers. With dot products (Cortex-A76 and later) SDOT adds sixteen b · a to four 32-bit sums; without,
/// AND with a mask of bytes and SADALP adds them to eight 16-bit ones, at most 8 · 127. Either way one product with the gain
/// ends the segment.
/// </content>
internal sealed unsafe partial class GenericShrink
{
    private const int Quarter = SignBatch.SegmentLength / 4;

    internal void RunDp(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SignBatch.SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAdvSimd(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                Store(-TileDp((sbyte*)scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    internal void RunAdvSimd(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SignBatch.SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAdvSimd(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                Store(TileAdvSimd((sbyte*)scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    /// <summary>A byte of ones (-1) for +1, of zeros for -1.</summary>
    private static void SpreadAdvSimd(byte* signs, int rows, int width, byte* tile)
    {
        var copies = Vector128.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101).AsByte();
        var own = Vector128.Create(0x8040_2010_0804_0201UL).AsByte();
        for (var i = 0; i < TileRows * width; i += Quarter)
        {
            var bits = i < rows * width ? AdvSimd.Arm64.VectorTableLookup(Vector128.Create(*(ushort*)(signs + i / 8)).AsByte(), copies) : default;
            AdvSimd.CompareTest(bits, own).Store(tile + i);
        }
    }

    private static Vector128<int> TileDp(sbyte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector128<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SignBatch.SegmentLength, a += SignBatch.SegmentLength)
        {
            var gain = Vector128.Create((int)(short)g[s]);
            p0 = AdvSimd.MultiplyAdd(p0, DotDp(tile, a), gain);
            p1 = AdvSimd.MultiplyAdd(p1, DotDp(tile + width, a), gain);
            p2 = AdvSimd.MultiplyAdd(p2, DotDp(tile + 2 * width, a), gain);
            p3 = AdvSimd.MultiplyAdd(p3, DotDp(tile + 3 * width, a), gain);
        }
        return AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(p0, p1), AdvSimd.Arm64.AddPairwise(p2, p3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> DotDp(sbyte* bits, sbyte* a)
    {
        var sum = Dp.DotProduct(Vector128<int>.Zero, Vector128.Load(bits), Vector128.Load(a));
        sum = Dp.DotProduct(sum, Vector128.Load(bits + Quarter), Vector128.Load(a + Quarter));
        sum = Dp.DotProduct(sum, Vector128.Load(bits + 2 * Quarter), Vector128.Load(a + 2 * Quarter));
        return Dp.DotProduct(sum, Vector128.Load(bits + 3 * Quarter), Vector128.Load(a + 3 * Quarter));
    }

    private static Vector128<int> TileAdvSimd(sbyte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector128<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SignBatch.SegmentLength, a += SignBatch.SegmentLength)
        {
            var gain = Vector128.Create(g[s]).AsInt16();
            p0 = AddSegment(p0, tile, a, gain);
            p1 = AddSegment(p1, tile + width, a, gain);
            p2 = AddSegment(p2, tile + 2 * width, a, gain);
            p3 = AddSegment(p3, tile + 3 * width, a, gain);
        }
        return AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(p0, p1), AdvSimd.Arm64.AddPairwise(p2, p3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> AddSegment(Vector128<int> sum, sbyte* mask, sbyte* a, Vector128<short> gain)
    {
        var pairs = AdvSimd.AddPairwiseWidening(Vector128.Load(mask) & Vector128.Load(a));
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, Vector128.Load(mask + Quarter) & Vector128.Load(a + Quarter));
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, Vector128.Load(mask + 2 * Quarter) & Vector128.Load(a + 2 * Quarter));
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, Vector128.Load(mask + 3 * Quarter) & Vector128.Load(a + 3 * Quarter));
        sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, pairs.GetLower(), gain.GetLower());
        return AdvSimd.MultiplyWideningUpperAndAdd(sum, pairs, gain);
    }
}
