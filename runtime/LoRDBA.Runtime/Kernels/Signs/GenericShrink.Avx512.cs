using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>AVX-512: one register is a segment.</content>
internal sealed unsafe partial class GenericShrink
{
    internal void RunAvx512(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAvx512(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            var t = 0;
            for (; t + 2 <= tokens; t += 2)
            {
                TileAvx512(scratch, width, segments, x.Codes(t), x.Gains(t), x.Codes(t + 1), x.Gains(t + 1), out var first, out var second);
                SignOperations.Store(first, x.Total(t), sums + t * SumStride + k);
                SignOperations.Store(second, x.Total(t + 1), sums + (t + 1) * SumStride + k);
            }
            if (t < tokens)
                SignOperations.Store(TileAvx512(scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    // Not inlined: no wide register outlives the calls in the loop over tiles, so constants would be stored and loaded with all signs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SpreadAvx512(byte* signs, int rows, int width, byte* tile)
    {
        SignOperations.SpreadAvx512(signs, tile, rows * width);
        ClearRest(tile, rows, width);
    }

    private static void TileAvx512(
        byte* tile, int width, int segments, sbyte* a0, int* g0, sbyte* a1, int* g1, out Vector128<int> first, out Vector128<int> second)
    {
        Vector512<int> p0 = default, p1 = default, p2 = default, p3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
        for (var s = 0; s < segments; s++, tile += SegmentLength)
        {
            var (x0, x1) = (Vector512.Load(a0 + s * SegmentLength), Vector512.Load(a1 + s * SegmentLength));
            var (gain0, gain1) = (Vector512.Create(g0[s]).AsInt16(), Vector512.Create(g1[s]).AsInt16());
            var bits = Vector512.Load(tile);
            p0 += SignOperations.Sum(bits, x0, gain0);
            q0 += SignOperations.Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + width);
            p1 += SignOperations.Sum(bits, x0, gain0);
            q1 += SignOperations.Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + 2 * width);
            p2 += SignOperations.Sum(bits, x0, gain0);
            q2 += SignOperations.Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + 3 * width);
            p3 += SignOperations.Sum(bits, x0, gain0);
            q3 += SignOperations.Sum(bits, x1, gain1);
        }
        first = SignOperations.FourSums(p0, p1, p2, p3);
        second = SignOperations.FourSums(q0, q1, q2, q3);
    }

    private static Vector128<int> TileAvx512(byte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector512<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SegmentLength)
        {
            var (x, gain) = (Vector512.Load(a + s * SegmentLength), Vector512.Create(g[s]).AsInt16());
            p0 += SignOperations.Sum(Vector512.Load(tile), x, gain);
            p1 += SignOperations.Sum(Vector512.Load(tile + width), x, gain);
            p2 += SignOperations.Sum(Vector512.Load(tile + 2 * width), x, gain);
            p3 += SignOperations.Sum(Vector512.Load(tile + 3 * width), x, gain);
        }
        return SignOperations.FourSums(p0, p1, p2, p3);
    }
}
