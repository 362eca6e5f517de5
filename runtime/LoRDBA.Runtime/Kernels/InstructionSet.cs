using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <summary>The instructions that a kernel is written for. A kernel's results have the same bits with all of them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum InstructionSet
{
    /// <summary>None in particular: the oracle of the others.</summary>
    Scalar,

    /// <summary>x64, 256-bit registers.</summary>
    Avx2,

    /// <summary>x64, 512-bit registers.</summary>
    Avx512,

    /// <summary>arm64, 128-bit registers.</summary>
    AdvSimd,

    /// <summary>arm64 with dot products of bytes.</summary>
    Dp,
}

/// <summary>
/// Decides which instructions act, for every kernel: base products, attention, signs and generated kernels. The properties are constants
/// for the compiler, so a branch that a processor does not take costs nothing.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class InstructionSets
{
    /// <summary>Whether kernels of <see cref="InstructionSet.Avx512"/> run here.</summary>
    public static bool HasAvx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512BW.IsSupported;
    }

    /// <summary>
    /// Whether kernels of <see cref="InstructionSet.Avx2"/> run here. Every processor with AVX2 that is known has FMA too.
    /// </summary>
    public static bool HasAvx2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx2.IsSupported && Fma.IsSupported;
    }

    /// <summary>Whether kernels of <see cref="InstructionSet.Dp"/> run here.</summary>
    public static bool HasDp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Dp.IsSupported && AdvSimd.Arm64.IsSupported;
    }

    /// <summary>Whether kernels of <see cref="InstructionSet.AdvSimd"/> run here: on every arm64 processor.</summary>
    public static bool HasAdvSimd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AdvSimd.Arm64.IsSupported;
    }

    /// <summary>
    /// Whether x64 can look up bytes in a 128-bit register, which the last 16 outputs of an expand product need: on every x64 processor
    /// since 2006.
    /// </summary>
    public static bool HasSsse3
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Ssse3.IsSupported;
    }

    /// <summary>The fastest set that runs here.</summary>
    public static InstructionSet Best
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HasAvx512 ? InstructionSet.Avx512
            : HasAvx2 ? InstructionSet.Avx2
            : HasDp ? InstructionSet.Dp
            : HasAdvSimd ? InstructionSet.AdvSimd
            : InstructionSet.Scalar;
    }

    /// <summary>Whether the processor has the instructions, and this program was compiled for them.</summary>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => HasAvx512,
        InstructionSet.Avx2 => HasAvx2,
        InstructionSet.Dp => HasDp,
        InstructionSet.AdvSimd => HasAdvSimd,
        _ => true,
    };
}
