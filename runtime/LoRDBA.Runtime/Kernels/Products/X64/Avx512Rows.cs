using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>AVX-512, sixteen rows times one token: a register of partial sums a row, then a tree that ends with a lane a row.</summary>
internal readonly unsafe struct Avx512Rows<TBlock> : IAvx512Rows where TBlock : struct, IQuantizedBlock
{
    public static void Run(in RowsProduct p)
    {
        var (rowBytes, blocks) = (p.RowBytes, p.Blocks);
        byte* w = p.Weights;
        short* a = p.Codes;
        float* scales = p.Scales, mins = p.Mins, d = p.TokenScales, s = p.TokenSums;
        var sum = Vector512<float>.Zero;
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, RowsProduct.Together * p.BlockBytes);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength)
        {
            ahead.Prefetch();
            var codes = Vector512.Load(a);
            var at = w + TBlock.Offset(b);
            var rows0 = FourRows(at, rowBytes, b, codes);
            var rows4 = FourRows(at + 4 * rowBytes, rowBytes, b, codes);
            var rows8 = FourRows(at + 8 * rowBytes, rowBytes, b, codes);
            var rows12 = FourRows(at + 12 * rowBytes, rowBytes, b, codes);

            // Four 128-bit lanes a register, to one: 0 1 2 3 | ... → 0+2 1+3 | ... → the sum
            var half0 = Avx512F.Shuffle4x128(rows0, rows4, 0x44) + Avx512F.Shuffle4x128(rows0, rows4, 0xee);
            var half8 = Avx512F.Shuffle4x128(rows8, rows12, 0x44) + Avx512F.Shuffle4x128(rows8, rows12, 0xee);
            var products = Avx512F.Shuffle4x128(half0, half8, 0x88) + Avx512F.Shuffle4x128(half0, half8, 0xdd);

            var row = b * RowsProduct.Together;
            sum = AddBlock(sum, products, d[b], s[b], scales + row, mins + row);
        }
        sum.Store(p.Y);
    }

    /// <summary>sum of sixteen rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddBlock(Vector512<float> sum, Vector512<int> products, float d, float s, float* scales, float* mins)
    {
        sum = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(products) * Vector512.Create(d), Vector512.Load(scales), sum);
        return TBlock.HasMin ? Avx512F.FusedMultiplyAdd(Vector512.Load(mins), Vector512.Create(s), sum) : sum;
    }

    /// <summary>In each 128-bit lane the four sums of its four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> SumLanes(Vector512<int> p0, Vector512<int> p1, Vector512<int> p2, Vector512<int> p3)
    {
        var p01 = Avx512F.UnpackLow(p0, p1) + Avx512F.UnpackHigh(p0, p1);
        var p23 = Avx512F.UnpackLow(p2, p3) + Avx512F.UnpackHigh(p2, p3);
        return Avx512F.UnpackLow(p01.AsInt64(), p23.AsInt64()).AsInt32() + Avx512F.UnpackHigh(p01.AsInt64(), p23.AsInt64()).AsInt32();
    }

    /// <summary>In each 128-bit lane the partial sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> FourRows(byte* at, long rowBytes, int block, Vector512<short> codes)
    {
        var p0 = Products(at, block, codes);
        var p1 = Products(at + rowBytes, block, codes);
        var p2 = Products(at + 2 * rowBytes, block, codes);
        var p3 = Products(at + 3 * rowBytes, block, codes);
        return SumLanes(p0, p1, p2, p3);
    }

    /// <summary>A row's 32 products, as 16 sums of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(byte* at, int block, Vector512<short> codes)
    {
        var q = Avx512BW.ConvertToVector512Int16(TBlock.Load(at, block));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            q *= Vector512.Create(Vector256.Create(f0), Vector256.Create(f1));
        }
        return Avx512BW.MultiplyAddAdjacent(q, codes);
    }
}
