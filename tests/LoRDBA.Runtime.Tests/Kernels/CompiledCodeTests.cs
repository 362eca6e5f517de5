using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.Tests.Kernels;

/// <summary>
/// What a program says about the instructions that it was compiled without. Here the JIT compiles for all that there are; how native programs
/// answer, tests/LoRDBA.Outside.Tests shows.
/// </summary>
public sealed class CompiledCodeTests
{
    // CPUID leaf 1 ECX: FMA, OSXSAVE, AVX. Leaf 7 EBX: AVX2; AVX-512 F, DQ, CD, BW, VL.
    private const int Leaf1 = 1 << 12 | 1 << 27 | 1 << 28;
    private const int Avx2 = 1 << 5;
    private const int Avx512 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31;

    // Where Intel's and AMD's processors save registers: AVX at 576, the last part of AVX-512 up to 2688 and 2432.
    private const int AvxEnd = 832;

    [Fact]
    public void Under_the_JIT_nothing_is_lacking()
    {
        Assert.SkipUnless(InstructionSets.HasAvx2 || InstructionSets.HasAdvSimd, "needs a processor with vectors, and the JIT's use of them");

        Assert.Null(CompiledCode.Lacks);
        Assert.Null(CompiledCode.Notice);
    }

    [Fact]
    public void What_CPUID_tells_of_this_processor_is_what_the_JIT_found()
    {
        Assert.SkipUnless(InstructionSets.HasAvx2, "needs x64 with AVX2");

        Assert.Equal(InstructionSets.Best, Processor.Best);
    }

    [Theory]
    [InlineData(0xD, Leaf1, Avx2 | Avx512, 2688, 1664, InstructionSet.Avx512)]    // Skylake-X
    [InlineData(0xD, Leaf1, Avx2 | Avx512, 2440, 1408, InstructionSet.Avx512)]    // Zen 4, with protection keys behind
    [InlineData(0xD, Leaf1, Avx2 | Avx512, AvxEnd, 1664, InstructionSet.Avx2)]    // the system saves no registers of AVX-512
    [InlineData(0xD, Leaf1, Avx2, AvxEnd, 0, InstructionSet.Avx2)]                // Haswell
    [InlineData(0xD, Leaf1, Avx2 | 1 << 16, 2688, 1664, InstructionSet.Avx2)]     // F without BW: Knights Landing
    [InlineData(0xD, Leaf1, Avx2, 576, 0, null)]                                  // the system saves SSE only
    [InlineData(0xD, Leaf1 & ~(1 << 12), Avx2, AvxEnd, 0, null)]                  // without FMA
    [InlineData(0xD, Leaf1 & ~(1 << 27), Avx2, AvxEnd, 0, null)]                  // the system uses no XSAVE
    [InlineData(0xD, Leaf1, 0, AvxEnd, 0, null)]                                  // Sandy Bridge: AVX alone
    [InlineData(5, 0, 0, 0, 0, null)]                                             // older than that
    public void A_processor_has_what_it_names_and_its_system_saves(int leaves, int leaf1, int leaf7, int saved, int startOfPart7, InstructionSet? expected) =>
        Assert.Equal(expected, Processor.BestOf((leaf, part) => (leaf, part) switch
        {
            (0, _) => (leaves, 0, 0, 0),
            (1, _) => (0, 0, leaf1, 0),
            (7, _) => (0, leaf7, 0, 0),
            (0xD, 0) => (0, saved, 0, 0),
            (0xD, 2) => (256, 576, 0, 0),
            (0xD, 7) => (startOfPart7 == 0 ? 0 : 1024, startOfPart7, 0, 0),
            _ => default,
        }));

    [Theory]
    [InlineData(InstructionSet.Avx2, InstructionSet.Scalar, InstructionSet.Avx2)]
    [InlineData(InstructionSet.Avx512, InstructionSet.Scalar, InstructionSet.Avx512)]
    [InlineData(InstructionSet.Avx512, InstructionSet.Avx2, InstructionSet.Avx512)]
    [InlineData(InstructionSet.Avx512, InstructionSet.Avx512, null)]
    [InlineData(InstructionSet.Avx2, InstructionSet.Avx2, null)]
    [InlineData(null, InstructionSet.Dp, null)]
    [InlineData(null, InstructionSet.Scalar, null)]
    public void A_program_lacks_what_is_faster_than_all_it_has(InstructionSet? processor, InstructionSet program, InstructionSet? expected) =>
        Assert.Equal(expected, CompiledCode.LackOf(processor, program));

    [Theory]
    [InlineData(InstructionSet.Avx2, InstructionSet.Scalar, "it was generated for a board, and this program was compiled without Avx2, which the processor has: set IlcInstructionSet of the program's project to x86-64-v3 and publish it again.")]
    [InlineData(InstructionSet.Avx512, InstructionSet.Scalar, "it was generated for a board, and this program was compiled without Avx512, which the processor has: set IlcInstructionSet of the program's project to x86-64-v4 and publish it again.")]
    [InlineData(null, InstructionSet.Dp, "it was generated for a board, and this processor has none of Avx512, Avx2: add its board to LordbaBoard and build again.")]
    [InlineData(InstructionSet.Avx512, InstructionSet.Avx2, null)]
    public void A_set_that_cannot_run_tells_whose_fault_it_is(InstructionSet? processor, InstructionSet program, string? expected) =>
        Assert.Equal(expected, InstructionSets.WhyNoneRuns("a board", [InstructionSet.Avx512, InstructionSet.Avx2], set => set == program, processor));

    [Fact]
    public void Kernels_for_AVX_512_alone_are_not_asked_of_a_processor_with_AVX2() => Assert.Equal(
        "it was generated for x64-v4, and this processor has none of Avx512: add its board to LordbaBoard and build again.",
        InstructionSets.WhyNoneRuns("x64-v4", [InstructionSet.Avx512], _ => false, InstructionSet.Avx2));
}
