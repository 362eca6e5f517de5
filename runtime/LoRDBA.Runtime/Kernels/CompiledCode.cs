namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Whether this program's machine code uses what the processor has. A native x64 program is compiled for the instructions of the property
/// <c>IlcInstructionSet</c>; without AVX2 a model runs 80 times slower. The package sets that property where a project sets none.
/// </summary>
public static class CompiledCode
{
    /// <summary>The fastest instructions of the processor if the program was compiled without them; otherwise null.</summary>
    public static InstructionSet? Lacks { get; } = LackOf(Processor.Best, InstructionSets.Best);

    /// <summary>The same in one sentence, with what to do, for a program to show once; null: there is nothing to say.</summary>
    public static string? Notice { get; } = Lacks is { } set
        ? $"this program was compiled without {set}, which the processor has: publish it with the property IlcInstructionSet set to {OptionOf(set)}."
        : null;

    /// <summary>What a program lacks of a processor.</summary>
    /// <param name="processor">The best that the processor has and that is fixed at compile time; null: nothing is.</param>
    /// <param name="program">The best that the program uses.</param>
    internal static InstructionSet? LackOf(InstructionSet? processor, InstructionSet program) => processor > program ? processor : null;

    /// <summary>The value of IlcInstructionSet with which a program has instructions of x64.</summary>
    internal static string OptionOf(InstructionSet set) => set == InstructionSet.Avx512 ? "x86-64-v4" : "x86-64-v3";
}
