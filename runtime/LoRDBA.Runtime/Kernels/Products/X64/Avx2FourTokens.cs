using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX2, sixteen rows times four tokens, eight rows at a time. A block of the rows is turned once (<see cref="Avx2Quads{TBlock}"/>),
/// stays in registers, and meets one token after the other. Lanes are rows, so no product ends with a sum across a register.
/// </summary>
internal static unsafe class Avx2FourTokens<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in RowsProduct p)
    {
        EightRows(p, row: 0);
        EightRows(p, row: 8);
    }

    /// <summary>Eight rows, from <paramref name="row"/> on.</summary>
    private static void EightRows(in RowsProduct p, int row)
    {
        var (rowBytes, blocks, width) = (p.RowBytes, (long)p.Blocks, (long)p.Blocks * QuantizedRows.BlockLength);
        byte* w = p.Weights + row * rowBytes;
        short* a = p.Codes;
        float* scales = p.Scales + row, mins = p.Mins + row, d = p.TokenScales, s = p.TokenSums;
        Vector256<float> y0 = default, y1 = default, y2 = default, y3 = default;
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, Avx2Quads<TBlock>.Rows * p.BlockBytes);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsProduct.Together, mins += RowsProduct.Together)
        {
            ahead.Prefetch();
            var at = w + TBlock.Offset(b);
            Avx2Quads<TBlock>.Factors(at, rowBytes, b, out var f0, out var f1);
            Avx2Quads<TBlock>.FourRows(at, rowBytes, b, out var t0, out var t1, out var t2, out var t3);
            Avx2Quads<TBlock>.FourRows(at + 4 * rowBytes, rowBytes, b, out var u0, out var u1, out var u2, out var u3);
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default;
            AddQuads(t0, u0, f0, f1, a, width, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t1, u1, f0, f1, a + 4, width, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t2, u2, f0, f1, a + 8, width, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t3, u3, f0, f1, a + 12, width, ref s0, ref s1, ref s2, ref s3);
            y0 = Avx2Rows<TBlock>.AddBlock(y0, s0, d[b], s[b], scales, mins);
            y1 = Avx2Rows<TBlock>.AddBlock(y1, s1, d[b + blocks], s[b + blocks], scales, mins);
            y2 = Avx2Rows<TBlock>.AddBlock(y2, s2, d[b + 2 * blocks], s[b + 2 * blocks], scales, mins);
            y3 = Avx2Rows<TBlock>.AddBlock(y3, s3, d[b + 3 * blocks], s[b + 3 * blocks], scales, mins);
        }
        y0.Store(p.Y + row);
        y1.Store(p.Y + row + p.Stride);
        y2.Store(p.Y + row + 2 * p.Stride);
        y3.Store(p.Y + row + 3 * p.Stride);
    }

    /// <summary>Four channels of all tokens, and the four that lie 16 channels beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(
        Vector256<long> t, Vector256<long> u, Vector256<short> f0, Vector256<short> f1, short* a, long width,
        ref Vector256<int> s0, ref Vector256<int> s1, ref Vector256<int> s2, ref Vector256<int> s3)
    {
        AddQuad(Avx2Quads<TBlock>.Near(t, u), f0, a, width, ref s0, ref s1, ref s2, ref s3);
        AddQuad(Avx2Quads<TBlock>.Far(t, u), f1, a + 16, width, ref s0, ref s1, ref s2, ref s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuad(
        Vector256<short> quad, Vector256<short> factors, short* a, long width,
        ref Vector256<int> s0, ref Vector256<int> s1, ref Vector256<int> s2, ref Vector256<int> s3)
    {
        Avx2Quads<TBlock>.Widen(quad, factors, out var pair0, out var pair1);
        s0 += Products(a, pair0) + Products(a + 2, pair1);
        s1 += Products(a + width, pair0) + Products(a + width + 2, pair1);
        s2 += Products(a + 2 * width, pair0) + Products(a + 2 * width + 2, pair1);
        s3 += Products(a + 3 * width, pair0) + Products(a + 3 * width + 2, pair1);
    }

    /// <summary>Two channels of one token times 8 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(short* a, Vector256<short> pair) =>
        Avx2.MultiplyAddAdjacent(pair, Vector256.Create(*(int*)a).AsInt16());
}
