using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// arm64, sixteen rows times one token. How a row's codes are multiplied is an <see cref="IRowProduct{TSelf}"/>; all else is here.
/// Where a block begins with its scale, the scales are read in the rows, between the products. That takes fewer cycles than a pass.
/// </summary>
internal static unsafe class Arm64Rows<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run<TProduct>(in RowsProduct p) where TProduct : struct, IRowProduct<TProduct>
    {
        var (rowBytes, blocks) = (p.RowBytes, p.Blocks);
        byte* w = p.Weights;
        short* a = p.Codes;
        float* scales = p.Scales, mins = p.Mins, d = p.TokenScales, s = p.TokenSums, y = p.Y;
        int* totals = p.TokenTotals;
        Vector128<float> y0 = default, y1 = default, y2 = default, y3 = default;
        BlockSums<TBlock>.Store(y0, y1, y);
        BlockSums<TBlock>.Store(y2, y3, y + 8);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsProduct.Together, mins += RowsProduct.Together)
        {
            var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
            var product = TProduct.Of(a0, a1, a2, a3);
            var zero = TBlock.Zero == 0 ? default : Vector128.Create(TBlock.Zero * totals[b]);
            var (scale, sum) = (Vector64.CreateScalarUnsafe(d[b]), Vector64.CreateScalarUnsafe(s[b]));
            var at = w + TBlock.Offset(b);
            if (TBlock.HasHighBits)
            {
                // Written out as below, it would be more than the compiler inlines.
                for (var r = 0; r < RowsProduct.Together; r += 4, at += 4 * rowBytes)
                    AddFour(Vector128.Load(y + r), product, at, rowBytes, b, zero, scale, sum, scales + r, mins + r).Store(y + r);
                continue;
            }
            y0 = AddFour(y0, product, at, rowBytes, b, zero, scale, sum, scales, mins);
            y1 = AddFour(y1, product, at + 4 * rowBytes, rowBytes, b, zero, scale, sum, scales + 4, mins + 4);
            y2 = AddFour(y2, product, at + 8 * rowBytes, rowBytes, b, zero, scale, sum, scales + 8, mins + 8);
            y3 = AddFour(y3, product, at + 12 * rowBytes, rowBytes, b, zero, scale, sum, scales + 12, mins + 12);
        }
        if (TBlock.HasHighBits) return;
        BlockSums<TBlock>.Store(y0, y1, y);
        BlockSums<TBlock>.Store(y2, y3, y + 8);
    }

    /// <summary>y of four rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddFour<TProduct>(
        Vector128<float> y, TProduct product, byte* row0, long rowBytes, int block, Vector128<int> zero,
        Vector64<float> d, Vector64<float> s, float* scales, float* mins)
        where TProduct : struct, IRowProduct<TProduct>
    {
        var row1 = row0 + rowBytes;
        var row2 = row1 + rowBytes;
        var row3 = row2 + rowBytes;
        product.Multiply(row0, block, out var high0, out var low0);
        product.Multiply(row1, block, out var high1, out var low1);
        product.Multiply(row2, block, out var high2, out var low2);
        product.Multiply(row3, block, out var high3, out var low3);
        // While the last products are on their way.
        var scale = TBlock.BeginsWithScale ? HalfScales.LoadFour(row0, row1, row2, row3, 0) : Vector128.Load(scales);
        var sums = TProduct.Sum(high0, high1, high2, high3, low0, low1, low2, low3);
        if (TBlock.Zero != 0) sums -= zero;
        y = BlockSums<TBlock>.AddProducts(y, sums, d, scale);
        if (!TBlock.HasMin) return y;
        var min = TBlock.BeginsWithScale ? HalfScales.LoadFour(row0, row1, row2, row3, sizeof(short)) : Vector128.Load(mins);
        return BlockSums<TBlock>.AddMinima(y, min, s);
    }
}
