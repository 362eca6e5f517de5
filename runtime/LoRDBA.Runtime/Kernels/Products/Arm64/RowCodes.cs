using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>What the ways to multiply a row have in common.</summary>
internal static unsafe class RowCodes<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>
    /// A block's codes; without <see cref="IQuantizedBlock.Zero"/> taken away, which <see cref="Arm64Rows{TBlock}"/> takes from their sum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => TBlock.Zero == 0 ? TBlock.Load(at, block) : TBlock.LoadCodes(at, block);

    /// <summary>Four partial sums of each of four rows, to a lane a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SumRows(Vector128<int> p0, Vector128<int> p1, Vector128<int> p2, Vector128<int> p3) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(p0, p1), AdvSimd.Arm64.AddPairwise(p2, p3));
}
