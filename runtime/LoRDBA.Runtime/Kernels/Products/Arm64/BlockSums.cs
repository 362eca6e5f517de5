using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>What ends a block: its whole sums go to the outputs, the same way for rows and for tiles. Lanes are rows.</summary>
internal static unsafe class BlockSums<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>y of eight rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddBlock(
        float* d, float* s, float* scales, float* mins,
        Vector128<int> s0, Vector128<int> s1, ref Vector128<float> y0, ref Vector128<float> y1)
    {
        var scale = Vector64.CreateScalarUnsafe(*d);
        y0 = AddProducts(y0, s0, scale, Vector128.Load(scales));
        y1 = AddProducts(y1, s1, scale, Vector128.Load(scales + 4));
        if (!TBlock.HasMin) return;
        var sum = Vector64.CreateScalarUnsafe(*s);
        y0 = AddMinima(y0, Vector128.Load(mins), sum);
        y1 = AddMinima(y1, Vector128.Load(mins + 4), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> y0, Vector128<float> y1, float* y)
    {
        y0.Store(y);
        y1.Store(y + 4);
    }

    /// <summary>y + sums · d · scale</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddProducts(Vector128<float> y, Vector128<int> sums, Vector64<float> d, Vector128<float> scale) =>
        AdvSimd.FusedMultiplyAdd(y, AdvSimd.MultiplyBySelectedScalar(AdvSimd.ConvertToSingle(sums), d, 0), scale);

    /// <summary>y + min · s</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddMinima(Vector128<float> y, Vector128<float> min, Vector64<float> s) =>
        AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(y, min, s, 0);
}
