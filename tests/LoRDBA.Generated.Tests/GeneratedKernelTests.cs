using LoRDBA.Tests;

namespace LoRDBA.Generated.Tests;

/// <summary>
/// Generated kernels, compiled and run: here under the JIT, and as published binaries on the processors of the boards. All of them give the
/// bits of the scalar twins, and so one golden value.
/// </summary>
public sealed class GeneratedKernelTests
{
    /// <summary>The hash of everything that the twins of boards.shapes compute. It changes with the arithmetic or the list of shapes, and with nothing else.</summary>
    private const string Golden = "cdf0c18f4f05fcc2";

    private const int Kernels = 232;

    [Fact]
    public void The_manifest_is_what_the_program_prints() => Assert.True(
        File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "tests", "LoRDBA.Generated", "boards.shapes")) == ShapeManifests.Boards(),
        "write it anew: dotnet run --project tests/LoRDBA.Generated -- manifest > tests/LoRDBA.Generated/boards.shapes");

    [Fact]
    public void Here_every_kernel_gives_the_bits_of_its_twin()
    {
        var (kernels, golden) = KernelSets.Check(BoardsKernels.Instance, KernelSets.SomeBatches);
        Assert.Equal((Kernels, Golden), (kernels, $"{golden:x16}"));
    }

    [Theory, InlineData("x64-v3", "Avx2"), InlineData("x64-v4", "Avx512")]
    public async Task The_binary_for_x64_gives_the_golden_value(string board, string path)
    {
        if (board == "x64-v4") Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, "this machine has no AVX-512");
        await AssertGolden(NativeProgram.Here(PathOf("linux-x64", board), Publish("linux-x64", board)), path, path);
    }

    [Theory, InlineData("cortex-a53", "AdvSimd"), InlineData("cortex-a57", "AdvSimd"), InlineData("cortex-a72", "AdvSimd"), InlineData("cortex-a76", "Dp")]
    public async Task The_binary_for_boards_gives_the_golden_value_with_dot_products_where_the_processor_has_them(string cpu, string shrink) =>
        await AssertGolden(NativeProgram.Arm64(cpu, PathOf("linux-arm64", "boards"), Publish("linux-arm64", "boards")), shrink, "AdvSimd");

    [Fact]
    public async Task A_binary_on_a_processor_that_it_cannot_serve_says_so_instead_of_crashing()
    {
        var (exitCode, output, error) = await NativeProgram.X64("Haswell", PathOf("linux-x64", "x64-v4"), Publish("linux-x64", "x64-v4")).Run();
        Assert.Contains("required instruction sets are not supported", error, StringComparison.Ordinal);
        Assert.Equal("", output);
        Assert.NotEqual(0, exitCode);
        Assert.NotEqual(128 + 4, exitCode); // SIGILL
    }

    [Fact]
    public async Task A_binary_scores_completions_alike_with_generated_and_generic_kernels()
    {
        using var folder = new TemporaryFolder();
        var model = SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
        var adapter = Path.Combine(folder.Path, "random.lordba");
        using (var loaded = Runtime.Models.Model.Load(model)) RandomAdapterFile.Write(adapter, loaded, rank: 16);
        var (exitCode, output, error) = await NativeProgram.Here(PathOf("linux-x64", "x64-v3"), Publish("linux-x64", "x64-v3"))
            .Run("nll", model, adapter, SharedFiles.Require("data/home-intents/en.test.jsonl"), "3");
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Contains("3 lines, kernels of BoardsKernels:", output, StringComparison.Ordinal);
        Assert.EndsWith("difference 0.0e+0", output.Trim(), StringComparison.Ordinal);
    }

    private static async Task AssertGolden(NativeProgram program, string shrink, string expand)
    {
        var (exitCode, output, error) = await program.Run();
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Equal($"{Kernels} kernels, shrink by {shrink}, expand by {expand}, golden {Golden}", output.Trim());
    }

    internal static string PathOf(string runtimeIdentifier, string board) => $"LoRDBA.Generated/{runtimeIdentifier}-{board}/LoRDBA.Generated";

    internal static string Publish(string runtimeIdentifier, string board) => $"tests/publish-kernels.sh {runtimeIdentifier} {board}";
}
