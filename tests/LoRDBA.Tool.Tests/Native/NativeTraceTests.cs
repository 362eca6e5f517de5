using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Native;

/// <summary>The native binaries compute what the same code computes here, compiled just in time for this processor.</summary>
public sealed class NativeTraceTests
{
    /// <summary>
    /// How far logits may lie apart, relative to their standard deviation. Sums are rounded in another order where vectors
    /// have another width, and then an activation on the border between two int8 codes can fall to the other side.
    /// </summary>
    private const double OracleTolerance = 1e-5;

    private const double FastTolerance = 1e-4;

    private const string Ids = "161,7,300,12,12,450,99,3,511,0,42,77,201,5,64,128";

    [Theory]
    [InlineData(true, OracleTolerance)]
    [InlineData(false, FastTolerance)]
    public async Task X64_agrees(bool oracle, double tolerance) => await AssertAgrees(NativeBinary.X64(), oracle, tolerance);

    [Theory]
    [InlineData("cortex-a72", true, OracleTolerance)]
    [InlineData("cortex-a72", false, FastTolerance)]
    [InlineData("cortex-a76", true, OracleTolerance)]
    [InlineData("cortex-a76", false, FastTolerance)]
    public async Task Arm64_agrees(string cpu, bool oracle, double tolerance) => await AssertAgrees(NativeBinary.Arm64(cpu), oracle, tolerance);

    [Fact]
    public async Task X64_tells_errors_and_exit_codes_like_here()
    {
        var native = await NativeBinary.X64().Run("trace", "missing.gguf", "--ids", "1", "--json");
        var here = ToolRun.Of("trace", "missing.gguf", "--ids", "1", "--json");

        Assert.Equal(here, native);
        Assert.Equal(ExitCodes.File, native.ExitCode);
    }

    [Fact]
    public async Task X64_shows_the_same_help() => Assert.Equal(ToolRun.Of("eval", "--help"), await NativeBinary.X64().Run("eval", "--help"));

    private static async Task AssertAgrees(NativeBinary binary, bool oracle, double tolerance)
    {
        string[] command = ["trace", SharedFiles.Require("models/tiny-llama.gguf"), "--ids", Ids, .. oracle ? (string[])["--oracle"] : []];
        var run = await binary.Run(command);
        Assert.True(run.ExitCode == 0, run.Error);
        var (native, here) = (run.Json(), ToolRun.Of(command).Json());

        float[] Logits(System.Text.Json.JsonElement trace) => [.. trace.GetProperty("last_logits").EnumerateArray().Select(value => value.GetSingle())];
        var (nativeLogits, hereLogits) = (Logits(native), Logits(here));
        var mean = hereLogits.Average();
        var spread = Math.Sqrt(hereLogits.Average(logit => (logit - mean) * (logit - mean)));
        var worst = nativeLogits.Zip(hereLogits, (one, other) => Math.Abs(one - other)).Max();
        Assert.True(worst <= tolerance * spread, $"logits differ by {worst / spread:0.0e0} of their spread");
        if (oracle) Assert.Equal(here.GetProperty("argmax").ToString(), native.GetProperty("argmax").ToString());
    }
}
