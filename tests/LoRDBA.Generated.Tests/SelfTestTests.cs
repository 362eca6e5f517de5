using LoRDBA.Runtime.SelfTest;
using LoRDBA.Tests;

namespace LoRDBA.Generated.Tests;

/// <summary>The runtime's test of its own kernels as published, on the processors of the boards: every path gives the bits of its twin, and all one digest.</summary>
public sealed class SelfTestTests
{
    private const int Kernels = 29;

    [Theory, InlineData("x64-v3", "Scalar, Avx2"), InlineData("x64-v4", "Scalar, Avx2, Avx512")]
    public async Task The_binary_for_x64_gives_the_digest(string board, string paths)
    {
        if (board == "x64-v4") Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, "this machine has no AVX-512");
        await AssertDigest(NativeProgram.Here(GeneratedKernelTests.PathOf("linux-x64", board), GeneratedKernelTests.Publish("linux-x64", board)), paths);
    }

    [Theory]
    [InlineData("cortex-a53", "Scalar, AdvSimd")]
    [InlineData("cortex-a57", "Scalar, AdvSimd")]
    [InlineData("cortex-a72", "Scalar, AdvSimd")]
    [InlineData("cortex-a76", "Scalar, AdvSimd, Dp")]
    public async Task The_binary_for_boards_gives_the_digest(string cpu, string paths) => await AssertDigest(Board(cpu), paths);

    /// <summary>Pages of 16 KB are the default of a Raspberry Pi 5, pages of 64 KB of some distributions.</summary>
    [Theory, InlineData(16_384), InlineData(65_536)]
    public async Task Larger_pages_change_nothing(int pageSize) => await AssertDigest(Board("cortex-a76").WithPages(pageSize), "Scalar, AdvSimd, Dp");

    private static NativeProgram Board(string cpu) =>
        NativeProgram.Arm64(cpu, GeneratedKernelTests.PathOf("linux-arm64", "boards"), GeneratedKernelTests.Publish("linux-arm64", "boards"));

    private static async Task AssertDigest(NativeProgram program, string paths)
    {
        var (exitCode, output, error) = await program.Run("self-test");
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Equal($"{Kernels} kernels by {paths}, digest {KernelSelfTest.Golden}", output.Trim());
    }
}
