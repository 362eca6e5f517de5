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
    private const int Quarter = SegmentLength / 4;

    internal void RunDp(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadDp(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                SignOperations.Store(
                    -TileDp((sbyte*)scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    internal void RunAdvSimd(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAdvSimd(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                SignOperations.Store(
                    TileAdvSimd((sbyte*)scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    // Not inlined: no wide register outlives the calls in the loop over tiles, so constants would be stored and loaded with all signs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SpreadDp(byte* signs, int rows, int width, byte* tile)
    {
        SignOperations.SpreadDp(signs, tile, rows * width);
        ClearRest(tile, rows, width);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SpreadAdvSimd(byte* signs, int rows, int width, byte* tile)
    {
        SignOperations.SpreadAdvSimd(signs, tile, rows * width);
        ClearRest(tile, rows, width);
    }

    private static Vector128<int> TileDp(sbyte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector128<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SegmentLength, a += SegmentLength)
        {
            var gain = Vector128.Create((int)(short)g[s]);
            p0 = AdvSimd.MultiplyAdd(p0, Dot(tile, a), gain);
            p1 = AdvSimd.MultiplyAdd(p1, Dot(tile + width, a), gain);
            p2 = AdvSimd.MultiplyAdd(p2, Dot(tile + 2 * width, a), gain);
            p3 = AdvSimd.MultiplyAdd(p3, Dot(tile + 3 * width, a), gain);
        }
        return SignOperations.FourSums(p0, p1, p2, p3);
    }

    private static Vector128<int> TileAdvSimd(sbyte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector128<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SegmentLength, a += SegmentLength)
        {
            var gain = Vector128.Create(g[s]).AsInt16();
            p0 = Add(p0, tile, a, gain);
            p1 = Add(p1, tile + width, a, gain);
            p2 = Add(p2, tile + 2 * width, a, gain);
            p3 = Add(p3, tile + 3 * width, a, gain);
        }
        return SignOperations.FourSums(p0, p1, p2, p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dot(sbyte* masks, sbyte* a) => SignOperations.Dot(
        Vector128.Load(masks), Vector128.Load(a),
        Vector128.Load(masks + Quarter), Vector128.Load(a + Quarter),
        Vector128.Load(masks + 2 * Quarter), Vector128.Load(a + 2 * Quarter),
        Vector128.Load(masks + 3 * Quarter), Vector128.Load(a + 3 * Quarter));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Add(Vector128<int> sum, sbyte* masks, sbyte* a, Vector128<short> gain) => SignOperations.Add(
        sum,
        Vector128.Load(masks) & Vector128.Load(a),
        Vector128.Load(masks + Quarter) & Vector128.Load(a + Quarter),
        Vector128.Load(masks + 2 * Quarter) & Vector128.Load(a + 2 * Quarter),
        Vector128.Load(masks + 3 * Quarter) & Vector128.Load(a + 3 * Quarter),
        gain);
}
