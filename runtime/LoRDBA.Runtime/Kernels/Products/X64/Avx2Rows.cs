using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX2, sixteen rows times one token, eight rows at a time: a register of partial sums a row, then a tree that ends with a lane a row.
/// </summary>
internal static unsafe class Avx2Rows<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in RowsProduct p)
    {
        EightRows(p, row: 0);
        EightRows(p, row: 8);
    }

    /// <summary>Eight rows, from <paramref name="row"/> on.</summary>
    private static void EightRows(in RowsProduct p, int row)
    {
        var (rowBytes, blocks) = (p.RowBytes, p.Blocks);
        byte* w = p.Weights + row * rowBytes;
        short* a = p.Codes;
        float* scales = p.Scales + row, mins = p.Mins + row, d = p.TokenScales, s = p.TokenSums;
        var sum = Vector256<float>.Zero;
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, 8 * p.BlockBytes);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsProduct.Together, mins += RowsProduct.Together)
        {
            ahead.Prefetch();
            var (codes0, codes1) = (Vector256.Load(a), Vector256.Load(a + 16));
            var at = w + TBlock.Offset(b);
            var rows0 = FourRows(at, rowBytes, b, codes0, codes1);
            var rows4 = FourRows(at + 4 * rowBytes, rowBytes, b, codes0, codes1);
            var products = Avx2.Permute2x128(rows0, rows4, 0x20) + Avx2.Permute2x128(rows0, rows4, 0x31);

            sum = AddBlock(sum, products, d[b], s[b], scales, mins);
        }
        sum.Store(p.Y + row);
    }

    /// <summary>sum of eight rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddBlock(Vector256<float> sum, Vector256<int> products, float d, float s, float* scales, float* mins)
    {
        sum = Fma.MultiplyAdd(Avx.ConvertToVector256Single(products) * Vector256.Create(d), Vector256.Load(scales), sum);
        return TBlock.HasMin ? Fma.MultiplyAdd(Vector256.Load(mins), Vector256.Create(s), sum) : sum;
    }

    /// <summary>In each 128-bit lane the partial sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> FourRows(byte* at, long rowBytes, int block, Vector256<short> codes0, Vector256<short> codes1)
    {
        var p0 = Products(at, block, codes0, codes1);
        var p1 = Products(at + rowBytes, block, codes0, codes1);
        var p2 = Products(at + 2 * rowBytes, block, codes0, codes1);
        var p3 = Products(at + 3 * rowBytes, block, codes0, codes1);
        var p01 = Avx2.UnpackLow(p0, p1) + Avx2.UnpackHigh(p0, p1);
        var p23 = Avx2.UnpackLow(p2, p3) + Avx2.UnpackHigh(p2, p3);
        return Avx2.UnpackLow(p01.AsInt64(), p23.AsInt64()).AsInt32() + Avx2.UnpackHigh(p01.AsInt64(), p23.AsInt64()).AsInt32();
    }

    /// <summary>A row's 32 products, as 8 sums of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(byte* at, int block, Vector256<short> codes0, Vector256<short> codes1)
    {
        var q = TBlock.Load(at, block);
        var (q0, q1) = (Avx2.ConvertToVector256Int16(q.GetLower()), Avx2.ConvertToVector256Int16(q.GetUpper()));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            (q0, q1) = (q0 * f0, q1 * f1);
        }
        return Avx2.MultiplyAddAdjacent(q0, codes0) + Avx2.MultiplyAddAdjacent(q1, codes1);
    }
}
