using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>SDOT: Σ q · a = 256 · Σ q · hi + Σ q · lo, both sums exact and in one register, which is shifted in between.</summary>
internal readonly unsafe struct DpProduct<TBlock>(Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1)
    : IRowProduct<DpProduct<TBlock>> where TBlock : struct, IQuantizedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DpProduct<TBlock> Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3) =>
        new(ActivationBytes.High(a0, a1), ActivationBytes.High(a2, a3), ActivationBytes.Low(a0, a1), ActivationBytes.Low(a2, a3));

    /// <summary>Four sums of eight products each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low)
    {
        var q = RowCodes<TBlock>.Load(row, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        low = Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, q0, hi0), q1, hi1) << 8;
        low = Dp.DotProduct(Dp.DotProduct(low, q0, lo0), q1, lo1);
        high = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sum(
        Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
        Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3) =>
        RowCodes<TBlock>.SumRows(low0, low1, low2, low3);
}
