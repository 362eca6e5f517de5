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

    /// <summary>Why kernels that were generated for boards cannot run here, in one sentence; null if they can. For generated sets.</summary>
    /// <param name="boards">As the set names them, for the sentence.</param>
    /// <param name="sets">The instructions that the kernels have a path for, the best first.</param>
    public static string? WhyNoneRuns(string boards, params InstructionSet[] sets) => WhyNoneRuns(boards, sets, IsSupported, Processor.Best);

    /// <summary>The same for any program on any processor.</summary>
    /// <param name="boards">As the set names them, for the sentence.</param>
    /// <param name="sets">The instructions that the kernels have a path for, the best first.</param>
    /// <param name="runs">Whether the program has instructions.</param>
    /// <param name="processor">What <see cref="Processor.Best"/> tells.</param>
    internal static string? WhyNoneRuns(string boards, InstructionSet[] sets, Predicate<InstructionSet> runs, InstructionSet? processor)
    {
        if (Array.Exists(sets, runs)) return null;
        var possible = Array.FindIndex(sets, set => set is InstructionSet.Avx2 or InstructionSet.Avx512 && set <= processor);
        return possible >= 0
            ? $"it was generated for {boards}, and this program was compiled without {sets[possible]}, which the processor has: "
                + $"set IlcInstructionSet of the program's project to {CompiledCode.OptionOf(sets[possible])} and publish it again."
            : $"it was generated for {boards}, and this processor has none of {string.Join(", ", sets)}: add its board to LordbaBoard and build again.";
    }
}
