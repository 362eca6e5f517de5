using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>AdvSimd, a single token.</content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Sixteen rows times one token.</summary>
    private static void RowsAdvSimd(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        if (TBlock.HasNibbles) RowsArm64<NibbleProduct>(w, rowBytes, scales, mins, x, token, y);
        else RowsArm64<WideProduct>(w, rowBytes, scales, mins, x, token, y);
    }

    /// <summary>
    /// Codes of 16 bits:
    /// <code>
    ///   SMLAL2, SMLAL   | q7 q6 q5 q4 | q3 q2 q1 q0 |  times  | a7 a6 a5 a4 | a3 a2 a1 a0 |   →   four sums of a row, of eight products in the end
    ///   ADDP, twice     a register of sums from each of four rows                             →   | r3 | r2 | r1 | r0 |
    /// </code>
    /// Upper halves go first: after its last use a register need not be copied to be taken for its lower half.
    /// </summary>
    private readonly struct WideProduct(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) : IRowProduct<WideProduct>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static WideProduct Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) => new(a0, a1, a2, a3);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
        {
            var q = LoadCodes(row, block);
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
            Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) => SumRows(low0, low1, low2, low3);
    }

    /// <summary>
    /// Codes of 0 to 15, which need not be widened: products of bytes, in 16 bits.
    /// <code>
    ///   SMLAL2, SMLAL   | q15 ... q8 | q7 ... q0 |  times bytes of activations   →   eight sums of a row, of four products in the end
    ///   ADDP            a register of sums from each of four rows, twice         →   | r3 r3 | r2 r2 | r1 r1 | r0 r0 |
    ///   SADDLP, SADALP  256 · sums with hi + sums with lo                        →   | r3 | r2 | r1 | r0 |
    /// </code>
    /// Sums of sixteen products stay within 16 · 15 · 128 = 30 720.
    /// </summary>
    private readonly struct NibbleProduct(Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1) : IRowProduct<NibbleProduct>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static NibbleProduct Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) => new(High(a0, a1), High(a2, a3), Low(a0, a1), Low(a2, a3));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
        {
            var q = LoadCodes(row, block);
            var (q0, q1) = (q.GetLower(), q.GetUpper());
            var h = AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(q0, hi0), q1, hi1);
            var l = AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(q0, lo0), q1, lo1);
            var (lower0, lower1) = (q0.GetLower(), q1.GetLower());
            high = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(h, lower0, hi0.GetLower()), lower1, hi1.GetLower()).AsInt32();
            low = AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(l, lower0, lo0.GetLower()), lower1, lo1.GetLower()).AsInt32();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Sum(
            Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
            Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) =>
            AdvSimd.AddPairwiseWideningAndAdd(AdvSimd.AddPairwiseWidening(SumShorts(high0, high1, high2, high3)) << 8, SumShorts(low0, low1, low2, low3));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<short> SumShorts(Vector128<int> p0, Vector128<int> p1, Vector128<int> p2, Vector128<int> p3) => AdvSimd.Arm64.AddPairwise(
            AdvSimd.Arm64.AddPairwise(p0.AsInt16(), p1.AsInt16()), AdvSimd.Arm64.AddPairwise(p2.AsInt16(), p3.AsInt16()));
    }
}
