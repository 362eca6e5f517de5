using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>AVX2: two registers are a segment; their 16-bit sums are added before one product with the gain widens them.</content>
internal sealed unsafe partial class GenericShrink
{
    private const int Half = SignBatch.SegmentLength / 2;

    internal void RunAvx2(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SignBatch.SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAvx2(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            for (var t = 0; t < tokens; t++)
                Store(TileAvx2(scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    private static void SpreadAvx2(byte* signs, int rows, int width, byte* tile)
    {
        var copies = Vector256.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303).AsByte();
        var own = Vector256.Create(0x8040_2010_0804_0201UL).AsByte();
        for (var i = 0; i < TileRows * width; i += Half)
        {
            var bits = i < rows * width ? Avx2.Shuffle(Vector256.Create(*(uint*)(signs + i / 8)).AsByte(), copies) & own : default;
            Vector256.Min(bits, Vector256<byte>.One).Store(tile + i);
        }
    }

    private static Vector128<int> TileAvx2(byte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector256<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SignBatch.SegmentLength, a += SignBatch.SegmentLength)
        {
            var (low, high, gain) = (Vector256.Load(a), Vector256.Load(a + Half), Vector256.Create(g[s]).AsInt16());
            p0 += Sum(tile, low, high, gain);
            p1 += Sum(tile + width, low, high, gain);
            p2 += Sum(tile + 2 * width, low, high, gain);
            p3 += Sum(tile + 3 * width, low, high, gain);
        }
        return FourSums(p0, p1, p2, p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum(byte* bits, Vector256<sbyte> low, Vector256<sbyte> high, Vector256<short> gain) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(bits), low) + Avx2.MultiplyAddAdjacent(Vector256.Load(bits + Half), high), gain);

    /// <summary>Lane i of the result is the sum of the i-th vector's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourSums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return sums.GetLower() + sums.GetUpper();
    }
}
