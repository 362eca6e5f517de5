using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// What the processor has, whatever this program was compiled for. A native program is compiled for fixed instructions, and its
/// <see cref="InstructionSets"/> are constants; only CPUID tells what more there is.
/// </summary>
internal static class Processor
{
    /// <summary>CPUID: a leaf and a sub-leaf to EAX, EBX, ECX and EDX.</summary>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuId(int leaf, int subLeaf);

    /// <summary>The fastest of the instructions that kernels are written for and x64 fixes at compile time; null: another processor, or none.</summary>
    public static InstructionSet? Best { get; } = X86Base.IsSupported ? BestOf(X86Base.CpuId) : null;

    /// <summary>The same for any answers of CPUID.</summary>
    public static InstructionSet? BestOf(CpuId cpuId)
    {
        if (cpuId(0, 0).Eax < 0xD || !Has(cpuId(1, 0).Ecx, 12, 27, 28) || !Has(cpuId(7, 0).Ebx, 5)) return null; // FMA, OSXSAVE, AVX; AVX2
        // The operating system has to save the registers. It does if what it saves reaches to their end: AVX is part 2 of that area, the upper
        // sixteen registers of AVX-512 are part 7.
        var saved = cpuId(0xD, 0).Ebx;
        if (!Saves(2)) return null;
        return Has(cpuId(7, 0).Ebx, 16, 17, 28, 30, 31) && Saves(7) ? InstructionSet.Avx512 : InstructionSet.Avx2; // F, DQ, CD, BW, VL

        bool Saves(int part)
        {
            var (length, start, _, _) = cpuId(0xD, part);
            return length > 0 && start + length <= saved;
        }
    }

    private static bool Has(int register, params ReadOnlySpan<int> bits)
    {
        foreach (var bit in bits)
            if ((register >> bit & 1) == 0) return false;
        return true;
    }
}
