using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <summary>The instructions that a product uses. All give the same bits.</summary>
internal enum MatMulPath
{
    /// <summary>None in particular: the oracle of the others.</summary>
    Scalar,

    /// <summary>x64, 256-bit registers.</summary>
    Avx2,

    /// <summary>x64, 512-bit registers.</summary>
    Avx512,

    /// <summary>arm64.</summary>
    AdvSimd,

    /// <summary>arm64 with dot products of bytes.</summary>
    Dp,
}

/// <summary>Which paths this machine has.</summary>
internal static class MatMulPaths
{
    /// <summary>The fastest.</summary>
    public static MatMulPath Best =>
        IsSupported(MatMulPath.Avx512) ? MatMulPath.Avx512 : IsSupported(MatMulPath.Avx2) ? MatMulPath.Avx2 :
        IsSupported(MatMulPath.Dp) ? MatMulPath.Dp : IsSupported(MatMulPath.AdvSimd) ? MatMulPath.AdvSimd : MatMulPath.Scalar;

    /// <summary>Whether the processor has the instructions, and this program was compiled for them.</summary>
    public static bool IsSupported(MatMulPath path) => path switch
    {
        MatMulPath.Avx512 => Avx512BW.IsSupported,
        MatMulPath.AdvSimd => AdvSimd.Arm64.IsSupported,
        MatMulPath.Dp => Dp.IsSupported && AdvSimd.Arm64.IsSupported,
        MatMulPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
