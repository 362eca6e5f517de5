using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512, sixteen rows times four tokens. A block of the rows is turned once (<see cref="Avx512Quads{TBlock}"/>), stays in registers, and
/// meets one token after the other. Lanes are rows, so no product ends with a sum across a register.
/// </summary>
internal static unsafe class Avx512FourTokens<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in RowsProduct p)
    {
        var (rowBytes, blocks, width) = (p.RowBytes, (long)p.Blocks, (long)p.Blocks * QuantizedRows.BlockLength);
        byte* w = p.Weights;
        short* a0 = p.Codes, a1 = a0 + width, a2 = a1 + width, a3 = a2 + width;
        float* scales = p.Scales, mins = p.Mins, d = p.TokenScales, s = p.TokenSums;
        var order = Avx512Quads<TBlock>.Order;
        Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default;
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, RowsProduct.Together * p.BlockBytes);
        for (var b = 0; b < blocks; b++, scales += RowsProduct.Together, mins += RowsProduct.Together)
        {
            ahead.Prefetch();
            var at = w + TBlock.Offset(b);
            Avx512Quads<TBlock>.Factors(at, rowBytes, b, out var f0, out var f1);
            Avx512Quads<TBlock>.EightRows(at, rowBytes, b, order, out var t0, out var t1, out var t2, out var t3);
            Avx512Quads<TBlock>.EightRows(at + 8 * rowBytes, rowBytes, b, order, out var u0, out var u1, out var u2, out var u3);
            Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default;
            AddQuads(t0, u0, f0, f1, a0, a1, a2, a3, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t1, u1, f0, f1, a0 + 4, a1 + 4, a2 + 4, a3 + 4, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t2, u2, f0, f1, a0 + 8, a1 + 8, a2 + 8, a3 + 8, ref s0, ref s1, ref s2, ref s3);
            AddQuads(t3, u3, f0, f1, a0 + 12, a1 + 12, a2 + 12, a3 + 12, ref s0, ref s1, ref s2, ref s3);
            a0 += QuantizedRows.BlockLength;
            a1 += QuantizedRows.BlockLength;
            a2 += QuantizedRows.BlockLength;
            a3 += QuantizedRows.BlockLength;
            y0 = Avx512Rows<TBlock>.AddBlock(y0, s0, d[b], s[b], scales, mins);
            y1 = Avx512Rows<TBlock>.AddBlock(y1, s1, d[b + blocks], s[b + blocks], scales, mins);
            y2 = Avx512Rows<TBlock>.AddBlock(y2, s2, d[b + 2 * blocks], s[b + 2 * blocks], scales, mins);
            y3 = Avx512Rows<TBlock>.AddBlock(y3, s3, d[b + 3 * blocks], s[b + 3 * blocks], scales, mins);
        }
        y0.Store(p.Y);
        y1.Store(p.Y + p.Stride);
        y2.Store(p.Y + 2 * p.Stride);
        y3.Store(p.Y + 3 * p.Stride);
    }

    /// <summary>Four channels of all tokens, and the four that lie 16 channels beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(
        Vector512<long> t, Vector512<long> u, Vector512<short> f0, Vector512<short> f1, short* a0, short* a1, short* a2, short* a3,
        ref Vector512<int> s0, ref Vector512<int> s1, ref Vector512<int> s2, ref Vector512<int> s3)
    {
        Avx512Quads<TBlock>.Widen(Avx512Quads<TBlock>.Near(t, u), f0, out var near0, out var near1);
        Avx512Quads<TBlock>.Widen(Avx512Quads<TBlock>.Far(t, u), f1, out var far0, out var far1);
        AddToken(a0, near0, near1, far0, far1, ref s0);
        AddToken(a1, near0, near1, far0, far1, ref s1);
        AddToken(a2, near0, near1, far0, far1, ref s2);
        AddToken(a3, near0, near1, far0, far1, ref s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddToken(
        short* a, Vector512<short> near0, Vector512<short> near1, Vector512<short> far0, Vector512<short> far1, ref Vector512<int> sum)
    {
        sum += Products(a, near0) + Products(a + 2, near1) + (Products(a + 16, far0) + Products(a + 18, far1));
    }

    /// <summary>Two channels of one token times 16 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(short* a, Vector512<short> pair) =>
        Avx512BW.MultiplyAddAdjacent(pair, Vector512.Create(*(int*)a).AsInt16());
}
