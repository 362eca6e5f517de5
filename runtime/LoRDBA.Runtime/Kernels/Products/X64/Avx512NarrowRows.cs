using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512, sixteen rows times one token, weights of four or five bits. Instead of widening the weights to 16 bits, an activation is split
/// into bytes, a = 256 · hi + lo, so that a register holds the block of two rows:
/// <code>
///   vpmaddubsw  u · hi, u · lo     u = q + zero in [0, 31]: two products of |lo| ≤ 128 fit 16 bits
///   vpmaddwd    · 256,  · 1        sums of four, in i32
/// </code>
/// What the zero added, zero · Σ a, is taken away from the block's sum, which is exact in between.
/// </summary>
internal readonly unsafe struct Avx512NarrowRows<TBlock> : IAvx512Rows where TBlock : struct, IQuantizedBlock
{
    public static void Run(in RowsProduct p)
    {
        var (rowBytes, blocks) = (p.RowBytes, p.Blocks);
        byte* w = p.Weights;
        short* a = p.Codes;
        float* scales = p.Scales, mins = p.Mins, d = p.TokenScales, s = p.TokenSums;
        int* totals = p.TokenTotals;
        var sum = Vector512<float>.Zero;
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, RowsProduct.Together * p.BlockBytes);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength)
        {
            ahead.Prefetch();
            var codes = Vector512.Load(a);
            var hi = Twice(Avx512BW.ConvertToVector256SByte(codes + Vector512.Create((short)128) >> 8));
            var lo = Twice(Avx512BW.ConvertToVector256SByte(codes));

            var at = w + TBlock.Offset(b);
            var rows0 = EightRows(at, rowBytes, b, hi, lo);
            var rows8 = EightRows(at + 8 * rowBytes, rowBytes, b, hi, lo);
            var products = Avx512F.Shuffle4x128(rows0, rows8, 0x88) + Avx512F.Shuffle4x128(rows0, rows8, 0xdd);
            if (TBlock.Zero != 0) products -= Vector512.Create(TBlock.Zero * totals[b]);

            var row = b * RowsProduct.Together;
            sum = Avx512Rows<TBlock>.AddBlock(sum, products, d[b], s[b], scales + row, mins + row);
        }
        sum.Store(p.Y);
    }

    /// <summary>A block's bytes beside a pair of rows: | x_0 ... x_31 | x_0 ... x_31 |</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Twice(Vector256<sbyte> x) => RowPair.Of(x.AsByte(), x.AsByte()).AsSByte();

    /// <summary>Two halves of the sums of eight rows: | rows 0-3 | rows 0-3 | rows 4-7 | rows 4-7 |</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EightRows(byte* at, long rowBytes, int block, Vector512<sbyte> hi, Vector512<sbyte> lo)
    {
        var p0 = PairProducts(at, at + 4 * rowBytes, block, hi, lo);
        var p1 = PairProducts(at + rowBytes, at + 5 * rowBytes, block, hi, lo);
        var p2 = PairProducts(at + 2 * rowBytes, at + 6 * rowBytes, block, hi, lo);
        var p3 = PairProducts(at + 3 * rowBytes, at + 7 * rowBytes, block, hi, lo);
        return Avx512Rows<TBlock>.SumLanes(p0, p1, p2, p3);
    }

    /// <summary>Two rows' products, as sums of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> PairProducts(byte* row0, byte* row1, int block, Vector512<sbyte> hi, Vector512<sbyte> lo)
    {
        var u = TBlock.LoadPair(row0, row1, block);
        return Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(u, hi), Vector512.Create((short)256))
            + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(u, lo), Vector512<short>.One);
    }
}
