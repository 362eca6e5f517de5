using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>AVX2: two registers are a segment.</content>
internal sealed unsafe partial class GenericShrink
{
    private const int Half = SegmentLength / 2;

    internal void RunAvx2(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAvx2(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                SignOperations.Store(TileAvx2(scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    // Not inlined: no wide register outlives the calls in the loop over tiles, so constants would be stored and loaded with all signs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SpreadAvx2(byte* signs, int rows, int width, byte* tile)
    {
        SignOperations.SpreadAvx2(signs, tile, rows * width);
        ClearRest(tile, rows, width);
    }

    private static Vector128<int> TileAvx2(byte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector256<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SegmentLength, a += SegmentLength)
        {
            var (low, high, gain) = (Vector256.Load(a), Vector256.Load(a + Half), Vector256.Create(g[s]).AsInt16());
            p0 += Sum(tile, low, high, gain);
            p1 += Sum(tile + width, low, high, gain);
            p2 += Sum(tile + 2 * width, low, high, gain);
            p3 += Sum(tile + 3 * width, low, high, gain);
        }
        return SignOperations.FourSums(p0, p1, p2, p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum(byte* bits, Vector256<sbyte> low, Vector256<sbyte> high, Vector256<short> gain) =>
        SignOperations.Sum(Vector256.Load(bits), low, Vector256.Load(bits + Half), high, gain);
}
