using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// AVX-512: one register is a segment. Bits b in {0, 1} against codes a:
/// <code>
///   vpmaddubsw  b × a       32 sums of two in 16 bits      at most 2 · 127
///   vpmaddwd    × gain      16 sums of four in 32 bits
/// </code>
/// </content>
internal sealed unsafe partial class GenericShrink
{
    internal void RunAvx512(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        var (width, segments) = (x.Width, x.Width / SignBatch.SegmentLength);
        for (var k = 0; k < Rank; k += TileRows)
        {
            SpreadAvx512(signs + (long)k * (width / 8), Math.Min(TileRows, Rank - k), width, scratch);
            var t = 0;
            for (; t + 2 <= tokens; t += 2)
            {
                TileAvx512(scratch, width, segments, x.Codes(t), x.Gains(t), x.Codes(t + 1), x.Gains(t + 1), out var first, out var second);
                Store(first, x.Total(t), sums + t * SumStride + k);
                Store(second, x.Total(t + 1), sums + (t + 1) * SumStride + k);
            }
            if (t < tokens) Store(TileAvx512(scratch, width, segments, x.Codes(t), x.Gains(t)), x.Total(t), sums + t * SumStride + k);
        }
    }

    private static void SpreadAvx512(byte* signs, int rows, int width, byte* tile)
    {
        // Each 128-bit lane takes its own two bytes of the broadcast word, eight times each, and keeps one bit of each copy.
        var copies = Vector512.Create(
            Vector256.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303),
            Vector256.Create(0x0404_0404_0404_0404UL, 0x0505_0505_0505_0505, 0x0606_0606_0606_0606, 0x0707_0707_0707_0707)).AsByte();
        var own = Vector512.Create(0x8040_2010_0804_0201UL).AsByte();
        for (var i = 0; i < TileRows * width; i += SignBatch.SegmentLength)
        {
            var bits = i < rows * width ? Avx512BW.Shuffle(Vector512.Create(*(ulong*)(signs + i / 8)).AsByte(), copies) & own : default;
            Vector512.Min(bits, Vector512<byte>.One).Store(tile + i);
        }
    }

    private static void TileAvx512(byte* tile, int width, int segments, sbyte* a0, int* g0, sbyte* a1, int* g1, out Vector128<int> first, out Vector128<int> second)
    {
        Vector512<int> p0 = default, p1 = default, p2 = default, p3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
        for (var s = 0; s < segments; s++, tile += SignBatch.SegmentLength)
        {
            var (x0, x1) = (Vector512.Load(a0 + s * SignBatch.SegmentLength), Vector512.Load(a1 + s * SignBatch.SegmentLength));
            var (gain0, gain1) = (Vector512.Create(g0[s]).AsInt16(), Vector512.Create(g1[s]).AsInt16());
            var bits = Vector512.Load(tile);
            p0 += Sum(bits, x0, gain0);
            q0 += Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + width);
            p1 += Sum(bits, x0, gain0);
            q1 += Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + 2 * width);
            p2 += Sum(bits, x0, gain0);
            q2 += Sum(bits, x1, gain1);
            bits = Vector512.Load(tile + 3 * width);
            p3 += Sum(bits, x0, gain0);
            q3 += Sum(bits, x1, gain1);
        }
        first = FourSums(p0, p1, p2, p3);
        second = FourSums(q0, q1, q2, q3);
    }

    private static Vector128<int> TileAvx512(byte* tile, int width, int segments, sbyte* a, int* g)
    {
        Vector512<int> p0 = default, p1 = default, p2 = default, p3 = default;
        for (var s = 0; s < segments; s++, tile += SignBatch.SegmentLength)
        {
            var (x, gain) = (Vector512.Load(a + s * SignBatch.SegmentLength), Vector512.Create(g[s]).AsInt16());
            p0 += Sum(Vector512.Load(tile), x, gain);
            p1 += Sum(Vector512.Load(tile + width), x, gain);
            p2 += Sum(Vector512.Load(tile + 2 * width), x, gain);
            p3 += Sum(Vector512.Load(tile + 3 * width), x, gain);
        }
        return FourSums(p0, p1, p2, p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Sum(Vector512<byte> bits, Vector512<sbyte> codes, Vector512<short> gain) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(bits, codes), gain);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourSums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
    {
        var (ab, cd) = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b), Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d));
        var quarters = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
        var halves = quarters.GetLower() + quarters.GetUpper();
        return halves.GetLower() + halves.GetUpper();
    }
}
