using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <content>What both paths of arm64 share: what happens to the whole sums of a block.</content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Whether <see cref="AddFour"/> reads the scales in the rows, between the products, where they cost fewer cycles than in a pass of their own.</summary>
    private bool ReadsScalesInRows => TBlock.BeginsWithScale && path is MatMulPath.AdvSimd or MatMulPath.Dp;

    /// <summary>y of four rows with a block added; the sums are those of the codes in the file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddFour(
        Vector128<float> y, Vector128<int> sums, Vector128<int> zero, Vector64<float> d, Vector64<float> s,
        byte* row0, byte* row1, byte* row2, byte* row3, float* scales, float* mins)
    {
        if (TBlock.Zero != 0) sums -= zero;
        y = AddProducts(y, sums, d, TBlock.BeginsWithScale ? HalfScales.LoadFour(row0, row1, row2, row3, 0) : Vector128.Load(scales));
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

    /// <summary>Zero · Σ a of a block's 32 activations, in each lane; 0 if the format has no zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ZeroOf(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3)
    {
        if (TBlock.Zero == 0) return default;
        var sum = AdvSimd.AddPairwiseWideningAndAdd(AdvSimd.AddPairwiseWidening(a0), a1);
        sum = AdvSimd.AddPairwiseWideningAndAdd(AdvSimd.AddPairwiseWideningAndAdd(sum, a2), a3) * TBlock.Zero;
        return SumRows(sum, sum, sum, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> LoadCodes(byte* at, int block) => TBlock.Zero == 0 ? TBlock.Load(at, block) : TBlock.LoadCodes(at, block);
}
