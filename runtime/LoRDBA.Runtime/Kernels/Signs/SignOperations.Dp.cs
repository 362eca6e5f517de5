using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>arm64 with dot products of bytes: signs lie as without.</content>
public static unsafe partial class SignOperations
{
    /// <summary>Signs to a byte each, of ones or zeros.</summary>
    /// <param name="signs">[length / 8]</param>
    /// <param name="tile">[length]</param>
    /// <param name="length">Signs, in whole segments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadDp(byte* signs, byte* tile, int length) => SpreadAdvSimd(signs, tile, length);

    /// <summary>The products of a segment, masks times codes, in four sums. A mask of ones is -1, so they have the other sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Dot(
        Vector128<sbyte> m0, Vector128<sbyte> c0, Vector128<sbyte> m1, Vector128<sbyte> c1,
        Vector128<sbyte> m2, Vector128<sbyte> c2, Vector128<sbyte> m3, Vector128<sbyte> c3) =>
        Dp.DotProduct(Dp.DotProduct(Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, m0, c0), m1, c1), m2, c2), m3, c3);
}
