using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>Turns the codes of four rows so that lanes are rows.</summary>
internal static unsafe class RowTranspose
{
    /// <summary>
    /// Four rows' groups of codes, 32 bits each, are turned to four groups' rows:
    /// <code>
    ///   row 0  | g0 g1 g2 g3 |            group 0  | r0 r1 r2 r3 |
    ///   row 1  | g0 g1 g2 g3 |     →      group 1  | r0 r1 r2 r3 |
    ///   ...                               ...
    /// </code>
    /// A group is a pair of 16-bit codes, or four of 8 bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d, short* to)
    {
        var (ab0, ab1) = (ZipLower(a, b).AsInt64(), ZipUpper(a, b).AsInt64());
        var (cd0, cd1) = (ZipLower(c, d).AsInt64(), ZipUpper(c, d).AsInt64());
        ZipLower(ab0, cd0).AsInt16().Store(to);
        ZipUpper(ab0, cd0).AsInt16().Store(to + WeightTile.PairStride);
        ZipLower(ab1, cd1).AsInt16().Store(to + 2 * WeightTile.PairStride);
        ZipUpper(ab1, cd1).AsInt16().Store(to + 3 * WeightTile.PairStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ZipLower(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ZipUpper(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ZipLower(Vector128<long> a, Vector128<long> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ZipUpper(Vector128<long> a, Vector128<long> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[1], b[1]);
}
