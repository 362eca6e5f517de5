using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>arm64 with dot products of bytes, a single token.</content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Sixteen rows times one token.</summary>
    private static void RowsDp(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y) =>
        RowsArm64<DpProduct>(w, rowBytes, scales, mins, x, token, y);

    /// <summary>SDOT: Σ q · a = 256 · Σ q · hi + Σ q · lo, both sums exact and in one register, which is shifted in between.</summary>
    private readonly struct DpProduct(Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1) : IRowProduct<DpProduct>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static DpProduct Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) => new(High(a0, a1), High(a2, a3), Low(a0, a1), Low(a2, a3));

        /// <summary>Four sums of eight products each.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
        {
            var q = LoadCodes(row, block);
            var (q0, q1) = (q.GetLower(), q.GetUpper());
            low = Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, q0, hi0), q1, hi1) << 8;
            low = Dp.DotProduct(Dp.DotProduct(low, q0, lo0), q1, lo1);
            high = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Sum(
            Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
            Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) => SumRows(low0, low1, low2, low3);
    }
}
