using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>Fills tiles with 16-bit codes, a channel's rows beside each other, for products by a lane of the activations.</summary>
internal static unsafe class AdvSimdUnpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Eight rows' channels, 8 bits each, are turned to a channel's eight rows, and widened.</summary>
    public static void Run(in BlockRange range, in WeightTile tile)
    {
        for (var r = 0; r < WeightTile.Rows; r += 8)
        {
            byte* row0 = range.RowAt(r), row1 = range.RowAt(r + 1), row2 = range.RowAt(r + 2), row3 = range.RowAt(r + 3);
            byte* row4 = range.RowAt(r + 4), row5 = range.RowAt(r + 5), row6 = range.RowAt(r + 6), row7 = range.RowAt(r + 7);
            var to = tile.Codes + r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength * WeightTile.Rows)
            {
                var block = range.First + b;
                var offset = TBlock.Offset(block);
                var (w0, w1) = (TBlock.Load(row0 + offset, block), TBlock.Load(row1 + offset, block));
                var (w2, w3) = (TBlock.Load(row2 + offset, block), TBlock.Load(row3 + offset, block));
                var (w4, w5) = (TBlock.Load(row4 + offset, block), TBlock.Load(row5 + offset, block));
                var (w6, w7) = (TBlock.Load(row6 + offset, block), TBlock.Load(row7 + offset, block));
                var (f0, f1) = TBlock.HasFactors ? FactorsOf(range, r, offset, block) : default;
                TransposeEight(
                    w0.GetLower(), w1.GetLower(), w2.GetLower(), w3.GetLower(),
                    w4.GetLower(), w5.GetLower(), w6.GetLower(), w7.GetLower(), f0, to);
                TransposeEight(
                    w0.GetUpper(), w1.GetUpper(), w2.GetUpper(), w3.GetUpper(),
                    w4.GetUpper(), w5.GetUpper(), w6.GetUpper(), w7.GetUpper(), f1, to + 16 * WeightTile.Rows);
            }
        }
    }

    /// <summary>The factors of both halves, of eight rows.</summary>
    private static (Vector128<short> F0, Vector128<short> F1) FactorsOf(in BlockRange range, int row, int offset, int block)
    {
        var factors = stackalloc short[16];
        for (var r = 0; r < 8; r++) TBlock.Factors(range.RowAt(row + r) + offset, block, out factors[r], out factors[8 + r]);
        return (Vector128.Load(factors), Vector128.Load(factors + 8));
    }

    /// <summary>
    /// 16 channels of eight rows:
    /// <code>
    ///   r0: c0 c1 ...   r4: c0 c1 ...    →    c0: r0 r4   c1: r0 r4 ...      rows 1 and 5, 2 and 6, 3 and 7 likewise
    ///                                    →    c0: r0 r2 r4 r6   c1: ...      rows 1, 3, 5, 7 likewise
    ///                                    →    c0: r0 ... r7     c1: ...
    /// </code>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeEight(
        Vector128<sbyte> r0, Vector128<sbyte> r1, Vector128<sbyte> r2, Vector128<sbyte> r3,
        Vector128<sbyte> r4, Vector128<sbyte> r5, Vector128<sbyte> r6, Vector128<sbyte> r7, Vector128<short> factors, short* to)
    {
        StoreEven(ZipLower(r0, r4), ZipLower(r2, r6), ZipLower(r1, r5), ZipLower(r3, r7), factors, to);
        StoreEven(ZipUpper(r0, r4), ZipUpper(r2, r6), ZipUpper(r1, r5), ZipUpper(r3, r7), factors, to + 8 * WeightTile.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEven(
        Vector128<sbyte> r04, Vector128<sbyte> r26, Vector128<sbyte> r15, Vector128<sbyte> r37, Vector128<short> factors, short* to)
    {
        StoreFour(ZipLower(r04, r26), ZipLower(r15, r37), factors, to);
        StoreFour(ZipUpper(r04, r26), ZipUpper(r15, r37), factors, to + 4 * WeightTile.Rows);
    }

    /// <summary>Four channels of the even rows and of the odd rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(Vector128<sbyte> even, Vector128<sbyte> odd, Vector128<short> factors, short* to)
    {
        StoreTwo(ZipLower(even, odd), factors, to);
        StoreTwo(ZipUpper(even, odd), factors, to + 2 * WeightTile.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo(Vector128<sbyte> channels, Vector128<short> factors, short* to)
    {
        var (c1, c0) = (AdvSimd.SignExtendWideningUpper(channels), AdvSimd.SignExtendWideningLower(channels.GetLower()));
        if (TBlock.HasFactors) (c0, c1) = (c0 * factors, c1 * factors);
        c0.Store(to);
        c1.Store(to + WeightTile.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> ZipLower(Vector128<sbyte> a, Vector128<sbyte> b) => AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> ZipUpper(Vector128<sbyte> a, Vector128<sbyte> b) => AdvSimd.Arm64.ZipHigh(a, b);
}
