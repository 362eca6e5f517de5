using System.Diagnostics;
using LoRDBA.Tests;

namespace LoRDBA.Generated.Tests;

/// <summary>The hot loops of the published binaries, disassembled: tests/check-kernels.sh.</summary>
public sealed class DisassemblyTests
{
    [Theory]
    [InlineData("linux-x64-x64-v3", "Avx2"), InlineData("linux-x64-x64-v4", "Avx512"), InlineData("linux-arm64-boards", "Dp"), InlineData("linux-arm64-boards", "AdvSimd")]
    public async Task No_hot_loop_calls_or_checks_bounds_and_each_has_the_product_of_its_path(string folder, string path)
    {
        var binary = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "publish", "LoRDBA.Generated", folder, "LoRDBA.Generated");
        Assert.SkipUnless(File.Exists(binary), "needs the native binary: tests/publish-kernels.sh");
        var start = new ProcessStartInfo(Path.Combine(SharedFiles.RepositoryRoot, "tests", "check-kernels.sh"), [binary, path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(process.ExitCode != 2, error.Trim());
        Assert.True(process.ExitCode == 0, output + error);
    }
}
