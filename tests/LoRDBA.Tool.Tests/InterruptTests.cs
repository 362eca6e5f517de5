using System.Diagnostics;
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
        var start = WithoutIgnoringInterrupts(NativeBinary.X64().StartInfo(
            "eval", SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"), "--data", SharedFiles.Require("data/home-intents/en.test.jsonl")));
        using var process = Process.Start(start)!;

        // The first line of progress: it is at work.
        Assert.StartsWith("eval ", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Interrupted, process.ExitCode);
        Assert.EndsWith("lordba: interrupted\n", error);
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// A background job of a script ignores SIGINT, and so does every process below it (signal(7)): <c>env</c> of coreutils 8.31 and later
    /// gives the signal its default meaning again, and then becomes the program.
    /// </summary>
    private static ProcessStartInfo WithoutIgnoringInterrupts(ProcessStartInfo start)
    {
        const string Default = "--default-signal=INT";
        using var probe = Process.Start(new ProcessStartInfo("env", [Default, "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        Assert.SkipUnless(probe.ExitCode == 0, $"needs env {Default}: coreutils 8.31 or later");

        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, Default);
        start.FileName = "env";
        return start;
    }
}
