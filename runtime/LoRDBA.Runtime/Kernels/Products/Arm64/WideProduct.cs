using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// Codes of 16 bits:
/// <code>
///   SMLAL2, SMLAL   | q7 q6 q5 q4 | q3 q2 q1 q0 |  times  | a7 a6 a5 a4 | a3 a2 a1 a0 |   →   four sums of a row, each of eight products
///   ADDP, twice     a register of sums from each of four rows                             →   | r3 | r2 | r1 | r0 |
/// </code>
/// Upper halves go first: after its last use a register need not be copied to be taken for its lower half.
/// </summary>
internal readonly unsafe struct WideProduct<TBlock>(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3)
    : IRowProduct<WideProduct<TBlock>> where TBlock : struct, IQuantizedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideProduct<TBlock> Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) =>
        new(a0, a1, a2, a3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
    {
        var q = RowCodes<TBlock>.Load(row, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var (w1, w0) = (AdvSimd.SignExtendWideningUpper(q0), AdvSimd.SignExtendWideningLower(q0.GetLower()));
        var (w3, w2) = (AdvSimd.SignExtendWideningUpper(q1), AdvSimd.SignExtendWideningLower(q1.GetLower()));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(row, block, out var f0, out var f1);
            (w0, w1, w2, w3) = (w0 * f0, w1 * f0, w2 * f1, w3 * f1);
        }
        var sum = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpper(w3, a3), w3.GetLower(), a3.GetLower());
        sum = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpperAndAdd(sum, w2, a2), w2.GetLower(), a2.GetLower());
        sum = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpperAndAdd(sum, w1, a1), w1.GetLower(), a1.GetLower());
        low = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningUpperAndAdd(sum, w0, a0), w0.GetLower(), a0.GetLower());
        high = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sum(
        Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
        Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) =>
        RowCodes<TBlock>.SumRows(low0, low1, low2, low3);
}
