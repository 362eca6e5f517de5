using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>What <see cref="KernelSelfTest"/> found.</summary>
/// <param name="Instructions">The fastest set, which acts.</param>
/// <param name="Runs">All sets that run here; the base products were compared on each.</param>
/// <param name="Tests">The kernels.</param>
/// <param name="Digest">A hash of the bits that all machines have in common, 16 hexadecimal digits.</param>
/// <param name="Expected">What the digest has to be; null where only scalar code runs: then the kernels are compared with their definitions alone.</param>
public sealed record KernelTestReport(InstructionSet Instructions, IReadOnlyList<InstructionSet> Runs, IReadOnlyList<KernelTest> Tests, string Digest, string? Expected)
{
    /// <summary>Whether every kernel computes what it has to, to the bit.</summary>
    public bool IsPassed => Tests.All(test => test.Fault is null) && (Expected is null || Digest == Expected);
}

/// <summary>One kernel.</summary>
/// <param name="Kernel">What it computes, for example "base product, Q4_0".</param>
/// <param name="Comparisons">Numbers that were compared.</param>
/// <param name="Fault">The first that was wrong; null: none.</param>
public sealed record KernelTest(string Kernel, int Comparisons, string? Fault);
