using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AdvSimd, a single token:
/// <code>
///   SMLAL2, SMLAL   | q7 q6 q5 q4 | q3 q2 q1 q0 |  times  | a7 a6 a5 a4 | a3 a2 a1 a0 |   →   four sums of a row, of eight products in the end
///   ADDP, twice     a register of sums from each of four rows                             →   | r3 | r2 | r1 | r0 |
/// </code>
/// Upper halves go first: after its last use a register need not be copied to be taken for its lower half.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Sixteen rows times one token.</summary>
    private static void RowsAdvSimd(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var blocks = x.Blocks;
        Vector128<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
            var zero = ZeroOf(a0, a1, a2, a3);
            var (scale, sum) = (Vector64.CreateScalarUnsafe(d[b]), Vector64.CreateScalarUnsafe(s[b]));
            var at = w + TBlock.Offset(b);
            y0 = AddFourAdvSimd(y0, at, rowBytes, b, a0, a1, a2, a3, zero, scale, sum, scales, mins);
            at += 4 * rowBytes;
            y1 = AddFourAdvSimd(y1, at, rowBytes, b, a0, a1, a2, a3, zero, scale, sum, scales + 4, mins + 4);
            at += 4 * rowBytes;
            y2 = AddFourAdvSimd(y2, at, rowBytes, b, a0, a1, a2, a3, zero, scale, sum, scales + 8, mins + 8);
            at += 4 * rowBytes;
            y3 = AddFourAdvSimd(y3, at, rowBytes, b, a0, a1, a2, a3, zero, scale, sum, scales + 12, mins + 12);
        }
        y0.Store(y);
        y1.Store(y + 4);
        y2.Store(y + 8);
        y3.Store(y + 12);
    }

    /// <summary>y of four rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddFourAdvSimd(
        Vector128<float> y, byte* row0, long rowBytes, int block, Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3,
        Vector128<int> zero, Vector64<float> d, Vector64<float> s, float* scales, float* mins)
    {
        var row1 = row0 + rowBytes;
        var row2 = row1 + rowBytes;
        var row3 = row2 + rowBytes;
        var sums = SumRows(Products(row0, block, a0, a1, a2, a3), Products(row1, block, a0, a1, a2, a3), Products(row2, block, a0, a1, a2, a3), Products(row3, block, a0, a1, a2, a3));
        return AddFour(y, sums, zero, d, s, row0, row1, row2, row3, scales, mins);
    }

    /// <summary>A row's 32 products, as 4 sums of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(byte* at, int block, Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3)
    {
        var q = LoadCodes(at, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var (w1, w0) = (AdvSimd.SignExtendWideningUpper(q0), AdvSimd.SignExtendWideningLower(q0.GetLower()));
        var (w3, w2) = (AdvSimd.SignExtendWideningUpper(q1), AdvSimd.SignExtendWideningLower(q1.GetLower()));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            (w0, w1, w2, w3) = (w0 * f0, w1 * f0, w2 * f1, w3 * f1);
        }
        var sum = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpper(w3, a3), w3.GetLower(), a3.GetLower());
        sum = Multiply(w2, a2, sum);
        sum = Multiply(w1, a1, sum);
        return Multiply(w0, a0, sum);
    }

    /// <summary>sum + eight products</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Multiply(Vector128<short> w, Vector128<short> a, Vector128<int> sum) =>
        AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpperAndAdd(sum, w, a), w.GetLower(), a.GetLower());
}
