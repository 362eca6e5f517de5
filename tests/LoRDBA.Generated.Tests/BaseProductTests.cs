using LoRDBA.Tests;

namespace LoRDBA.Generated.Tests;

/// <summary>The base's product as published, on the processors of the boards: every path gives the bits of its scalar twin, and so one golden value.</summary>
public sealed class BaseProductTests
{
    /// <summary>The hash of what the twin computes for all formats. It changes with the arithmetic or the check's weights, and with nothing else.</summary>
    private const string Golden = "65e771083d4464a7";

    [Theory, InlineData("x64-v3", "Scalar, Avx2"), InlineData("x64-v4", "Scalar, Avx2, Avx512")]
    public async Task The_binary_for_x64_gives_the_golden_value(string board, string paths)
    {
        if (board == "x64-v4") Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, "this machine has no AVX-512");
        await AssertGolden(NativeProgram.Here(GeneratedKernelTests.PathOf("linux-x64", board), GeneratedKernelTests.Publish("linux-x64", board)), paths);
    }

    [Theory]
    [InlineData("cortex-a53", "Scalar, AdvSimd")]
    [InlineData("cortex-a57", "Scalar, AdvSimd")]
    [InlineData("cortex-a72", "Scalar, AdvSimd")]
    [InlineData("cortex-a76", "Scalar, AdvSimd, Dp")]
    public async Task The_binary_for_boards_gives_the_golden_value(string cpu, string paths) => await AssertGolden(
        NativeProgram.Arm64(cpu, GeneratedKernelTests.PathOf("linux-arm64", "boards"), GeneratedKernelTests.Publish("linux-arm64", "boards")), paths);

    private static async Task AssertGolden(NativeProgram program, string paths)
    {
        var (exitCode, output, error) = await program.Run("base");
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Equal($"base by {paths}, golden {Golden}", output.Trim());
    }
}
