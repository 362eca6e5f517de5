using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// Codes of 0 to 15, which need not be widened: products of bytes, in 16 bits.
/// <code>
///   SMLAL2, SMLAL   | q15 ... q8 | q7 ... q0 |  times bytes of activations   →   eight sums of a row, of four products in the end
///   ADDP            a register of sums from each of four rows, twice         →   | r3 r3 | r2 r2 | r1 r1 | r0 r0 |
///   SADDLP, SADALP  256 · sums with hi + sums with lo                        →   | r3 | r2 | r1 | r0 |
/// </code>
/// Sums of sixteen products stay within 16 · 15 · 128 = 30 720.
/// </summary>
internal readonly unsafe struct NibbleProduct<TBlock>(
    Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1)
    : IRowProduct<NibbleProduct<TBlock>> where TBlock : struct, IQuantizedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NibbleProduct<TBlock> Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) =>
        new(ActivationBytes.High(a0, a1), ActivationBytes.High(a2, a3), ActivationBytes.Low(a0, a1), ActivationBytes.Low(a2, a3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
    {
        var q = RowCodes<TBlock>.Load(row, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var h = AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(q0, hi0), q1, hi1);
        var l = AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(q0, lo0), q1, lo1);
        var (lower0, lower1) = (q0.GetLower(), q1.GetLower());
        high = AdvSimd.MultiplyWideningLowerAndAdd(
            AdvSimd.MultiplyWideningLowerAndAdd(h, lower0, hi0.GetLower()), lower1, hi1.GetLower()).AsInt32();
        low = AdvSimd.MultiplyWideningLowerAndAdd(
            AdvSimd.MultiplyWideningLowerAndAdd(l, lower0, lo0.GetLower()), lower1, lo1.GetLower()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sum(
        Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
        Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) =>
        AdvSimd.AddPairwiseWideningAndAdd(
            AdvSimd.AddPairwiseWidening(SumShorts(high0, high1, high2, high3)) << 8, SumShorts(low0, low1, low2, low3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> SumShorts(Vector128<int> p0, Vector128<int> p1, Vector128<int> p2, Vector128<int> p3) =>
        AdvSimd.Arm64.AddPairwise(
            AdvSimd.Arm64.AddPairwise(p0.AsInt16(), p1.AsInt16()), AdvSimd.Arm64.AddPairwise(p2.AsInt16(), p3.AsInt16()));
}
