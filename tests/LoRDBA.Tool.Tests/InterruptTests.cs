using LoRDBA.Tests;
using LoRDBA.Tool.Tests.Native;

namespace LoRDBA.Tool.Tests;

public sealed class InterruptTests
{
    [Fact]
    public void A_verb_stops_at_its_next_step()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.jsonl", """{"prompt": "a", "completion": "b"}"""u8.ToArray());
        var perLine = Path.Combine(folder.Path, "lines.jsonl");
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();

        foreach (var command in (string[][])[["eval", "MODEL", "--data", data, "--per-line", perLine], ["trace", "MODEL", "--ids", "1"], ["run", "MODEL", "a"]])
        {
            var run = ToolRun.WithInput("", interrupt.Token, [.. command.Select(word => word == "MODEL" ? SharedFiles.Require("models/tiny-llama.gguf") : word)]);
            Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
            Assert.EndsWith("lordba: interrupted\n", run.Error);
        }
        Assert.Equal([data], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void An_interrupted_conversion_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var output = Path.Combine(folder.Path, "home.lordba");
        var run = ToolRun.WithInput("", interrupt.Token, "convert", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "-o", output);

        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_native_program_cleanly()
    {
        using var process = ToolProcess.Start(NativeBinary.X64().StartInfo(
            "eval", SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"), "--data", SharedFiles.Require("data/home-intents/en.test.jsonl")));

        // The first line of progress: it is at work.
        Assert.StartsWith("eval ", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        var run = await ToolProcess.Signal(process, "INT");

        Assert.Equal((ExitCodes.Interrupted, ""), (run.ExitCode, run.Out));
        Assert.EndsWith("lordba: interrupted\n", run.Error);
    }

    [Theory]
    [InlineData("INT", ExitCodes.Interrupted)]
    [InlineData("TERM", ExitCodes.Terminated)]
    [InlineData("HUP", ExitCodes.HungUp)]
    public async Task A_signal_leaves_no_half_written_file(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "model.gguf");
        using var process = ToolProcess.Start("make-model", "-o", output, "--n-layer", "64");
        await ToolProcess.Until(process, () => File.Exists(output + ".part"));
        var run = await ToolProcess.Signal(process, signal);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.EndsWith("lordba: interrupted\n", run.Error);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task With_json_the_object_tells_the_exit_code_of_the_signal()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "model.gguf");
        using var process = ToolProcess.Start("make-model", "-o", output, "--n-layer", "64", "--json");
        await ToolProcess.Until(process, () => File.Exists(output + ".part"));
        var run = await ToolProcess.Signal(process, "TERM");

        Assert.EndsWith($$$"""{"error":{"kind":"interrupted","code":"command.interrupted","message":"interrupted","exit_code":{{{ExitCodes.Terminated}}}}}""" + "\n", run.Error);
    }

    [Fact]
    public async Task Waiting_for_a_prompt_ends_at_once()
    {
        var model = SharedFiles.Require("models/tiny-llama.gguf");
        Assert.SkipUnless(Directory.Exists("/proc/self"), "needs /proc");
        using var process = ToolProcess.Start("run", model);
        await ToolProcess.Until(process, () => File.ReadAllText($"/proc/{process.Id}/maps").Contains(Path.GetFileName(model), StringComparison.Ordinal));
        var run = await ToolProcess.Signal(process, "TERM");

        Assert.Equal((ExitCodes.Terminated, "", "lordba: interrupted\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task A_long_prompt_shows_its_progress_and_ends_within_a_batch()
    {
        using var process = ToolProcess.Start("run", SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"), "--threads", "1", "--context", "8192", string.Join(' ', Enumerable.Range(0, 1500)));

        // Elsewhere than on a terminal, the first line after a second.
        Assert.Matches("^prompt [0-9]+/[0-9]+ ", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        var run = await ToolProcess.Signal(process, "INT");
        Assert.Equal((ExitCodes.Interrupted, ""), (run.ExitCode, run.Out));
        Assert.EndsWith("lordba: interrupted\n", run.Error);
    }
}
