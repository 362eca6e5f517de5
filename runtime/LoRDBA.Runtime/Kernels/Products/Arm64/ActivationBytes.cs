using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// An activation of 16 bits as two bytes, a = 256 · High + Low, both signed: products of bytes are twice as many in an instruction.
/// </summary>
internal static class ActivationBytes
{
    /// <summary>(a + 128) / 256, rounded down: in [-64, 64].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> High(Vector128<short> a, Vector128<short> b) =>
        AdvSimd.ShiftRightLogicalRoundedNarrowingUpper(AdvSimd.ShiftRightLogicalRoundedNarrowingLower(a, 8), b, 8);

    /// <summary>What <see cref="High"/> leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Low(Vector128<short> a, Vector128<short> b) => AdvSimd.Arm64.UnzipEven(a.AsSByte(), b.AsSByte());
}
