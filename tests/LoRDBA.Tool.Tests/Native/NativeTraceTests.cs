using System.Diagnostics;
using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Native;

/// <summary>The native binaries compute what the same code computes here, compiled just in time for this processor.</summary>
public sealed class NativeTraceTests
{
    /// <summary>How far logits may lie apart, relative to their standard deviation: sums are rounded in another order where vectors have another width.</summary>
    private const double OracleTolerance = 1e-5;

    /// <summary>... and then an activation on the border between two 8-bit codes can fall to the other side, which costs up to 1 % on the committed model.</summary>
    private const double FastTolerance = 3e-2;

    private const string Ids = "161,7,300,12,12,450,99,3,511,0,42,77,201,5,64,128";

    /// <summary>A model with random weights; the committed model alone and with an adapter; and the same in the oracle.</summary>
    public static TheoryData<string> Traces => ["shared", "shared --oracle", "committed", "committed --oracle", "committed with adapter", "committed with adapter --oracle"];

    public static MatrixTheoryData<string, string> BoardsAndTraces => new(["cortex-a72", "cortex-a76"], [.. Traces.Select(trace => trace.Data)]);

    [Theory]
    [MemberData(nameof(Traces))]
    public async Task X64_agrees(string trace) => await AssertAgrees(NativeBinary.X64(), trace);

    [Theory]
    [MemberData(nameof(BoardsAndTraces))]
    public async Task Arm64_agrees(string cpu, string trace) => await AssertAgrees(NativeBinary.Arm64(cpu), trace);

    [Fact]
    public async Task X64_tells_errors_and_exit_codes_like_here()
    {
        var native = await NativeBinary.X64().Run("trace", "missing.gguf", "--ids", "1", "--json");
        var here = ToolRun.Of("trace", "missing.gguf", "--ids", "1", "--json");

        Assert.Equal(here, native);
        Assert.Equal(ExitCodes.File, native.ExitCode);
    }

    [Fact]
    public async Task X64_without_a_standard_output_ends_with_one_line()
    {
        var start = NativeBinary.X64().StartInfo("inspect", "missing.gguf");
        start.ArgumentList.Insert(0, start.FileName);
        foreach (var word in (string[])["exec \"$0\" \"$@\" >&-", "-c"]) start.ArgumentList.Insert(0, word);
        start.FileName = "sh";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.File, process.ExitCode);
        Assert.Equal("lordba: Standard output is closed: there is nowhere to write the result.\n", error);
    }

    [Fact]
    public async Task X64_shows_the_same_help() => Assert.Equal(ToolRun.Of("eval", "--help"), await NativeBinary.X64().Run("eval", "--help"));

    private static async Task AssertAgrees(NativeBinary binary, string trace)
    {
        var command = Command(trace);
        var run = await binary.Run(command);
        Assert.True(run.ExitCode == 0, run.Error);
        var (native, here) = (run.Json(), ToolRun.Of(command).Json());

        var (nativeLogits, hereLogits) = (Logits(native), Logits(here));
        var mean = hereLogits.Average();
        var spread = Math.Sqrt(hereLogits.Average(logit => (logit - mean) * (logit - mean)));
        var worst = nativeLogits.Zip(hereLogits, (one, other) => Math.Abs(one - other)).Max();
        Assert.True(worst <= spread * (trace.Contains("--oracle") ? OracleTolerance : FastTolerance), $"logits differ by {worst / spread:0.0e0} of their spread");
        if (trace.Contains("--oracle")) Assert.Equal(here.GetProperty("argmax").ToString(), native.GetProperty("argmax").ToString());
        Assert.Equal(trace.Contains("adapter"), native.TryGetProperty("adapter", out _));
    }

    private static string[] Command(string trace)
    {
        static string Committed(string file) => Path.Combine(SharedFiles.RepositoryRoot, "examples", "SmartHome", "model", file);

        return
        [
            "trace", trace.StartsWith("shared") ? SharedFiles.Require("models/tiny-llama.gguf") : Committed("home-base.gguf"), "--ids", Ids,
            .. trace.Contains("adapter") ? (string[])["--adapter", Committed("home-en.lordba")] : [],
            .. trace.Contains("--oracle") ? (string[])["--oracle"] : [],
        ];
    }

    private static float[] Logits(JsonElement trace) => [.. trace.GetProperty("last_logits").EnumerateArray().Select(value => value.GetSingle())];
}
