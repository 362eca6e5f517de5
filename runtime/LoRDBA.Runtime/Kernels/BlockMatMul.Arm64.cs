using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// arm64, single tokens: sixteen rows times one token. How a row's codes are multiplied is an <see cref="IRowProduct{TSelf}"/>; all else is here.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>The activations of a block as a way to multiply wants them, and that way.</summary>
    private interface IRowProduct<TSelf> where TSelf : struct, IRowProduct<TSelf>
    {
        /// <summary>From the 32 activations.</summary>
        static abstract TSelf Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3);

        /// <summary>Partial sums of a row's codes times the activations, or times their upper and their lower bytes.</summary>
        void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low);

        /// <summary>The sums of four rows, a lane each.</summary>
        static abstract Vector128<int> Sum(
            Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
            Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3);
    }

    /// <summary>Whether <see cref="AddFour"/> reads the scales in the rows, between the products, where they cost fewer cycles than in a pass of their own.</summary>
    private bool ReadsScalesInRows => TBlock.BeginsWithScale && path is InstructionSet.AdvSimd or InstructionSet.Dp;

    private static void RowsArm64<TProduct>(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y) where TProduct : struct, IRowProduct<TProduct>
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var totals = x.TotalsOf(token);
        var blocks = x.Blocks;
        Vector128<float> y0 = default, y1 = default, y2 = default, y3 = default;
        Store(y0, y1, y);
        Store(y2, y3, y + 8);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
            var product = TProduct.Of(a0, a1, a2, a3);
            var zero = TBlock.Zero == 0 ? default : Vector128.Create(TBlock.Zero * totals[b]);
            var (scale, sum) = (Vector64.CreateScalarUnsafe(d[b]), Vector64.CreateScalarUnsafe(s[b]));
            var at = w + TBlock.Offset(b);
            if (TBlock.HasHighBits)
            {
                // Written out as below, it would be more than the compiler inlines.
                for (var r = 0; r < RowsTogether; r += 4, at += 4 * rowBytes)
                    AddFour(Vector128.Load(y + r), product, at, rowBytes, b, zero, scale, sum, scales + r, mins + r).Store(y + r);
                continue;
            }
            y0 = AddFour(y0, product, at, rowBytes, b, zero, scale, sum, scales, mins);
            y1 = AddFour(y1, product, at + 4 * rowBytes, rowBytes, b, zero, scale, sum, scales + 4, mins + 4);
            y2 = AddFour(y2, product, at + 8 * rowBytes, rowBytes, b, zero, scale, sum, scales + 8, mins + 8);
            y3 = AddFour(y3, product, at + 12 * rowBytes, rowBytes, b, zero, scale, sum, scales + 12, mins + 12);
        }
        if (TBlock.HasHighBits) return;
        Store(y0, y1, y);
        Store(y2, y3, y + 8);
    }

    /// <summary>y of four rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddFour<TProduct>(
        Vector128<float> y, TProduct product, byte* row0, long rowBytes, int block, Vector128<int> zero, Vector64<float> d, Vector64<float> s, float* scales, float* mins)
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
        y = AddProducts(y, sums, d, scale);
        if (!TBlock.HasMin) return y;
        return AddMinima(y, TBlock.BeginsWithScale ? HalfScales.LoadFour(row0, row1, row2, row3, sizeof(short)) : Vector128.Load(mins), s);
    }

    /// <summary>y + sums · d · scale</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddProducts(Vector128<float> y, Vector128<int> sums, Vector64<float> d, Vector128<float> scale) =>
        AdvSimd.FusedMultiplyAdd(y, AdvSimd.MultiplyBySelectedScalar(AdvSimd.ConvertToSingle(sums), d, 0), scale);

    /// <summary>y + min · s</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddMinima(Vector128<float> y, Vector128<float> min, Vector64<float> s) => AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(y, min, s, 0);

    /// <summary>Four partial sums of each of four rows, to a lane a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumRows(Vector128<int> p0, Vector128<int> p1, Vector128<int> p2, Vector128<int> p3) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(p0, p1), AdvSimd.Arm64.AddPairwise(p2, p3));

    /// <summary>(a + 128) / 256, rounded down: the upper byte of a = 256 · hi + lo, both signed, hi in [-64, 64].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> High(Vector128<short> a, Vector128<short> b) =>
        AdvSimd.ShiftRightLogicalRoundedNarrowingUpper(AdvSimd.ShiftRightLogicalRoundedNarrowingLower(a, 8), b, 8);

    /// <summary>What High leaves: the lower byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Low(Vector128<short> a, Vector128<short> b) => AdvSimd.Arm64.UnzipEven(a.AsSByte(), b.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> LoadCodes(byte* at, int block) => TBlock.Zero == 0 ? TBlock.Load(at, block) : TBlock.LoadCodes(at, block);
}
