using System.Diagnostics;

namespace LoRDBA.Tool.Tests;

/// <summary>The command as a process of its own, under the JIT: for what a process alone has, its descriptors and its signals.</summary>
internal static class ToolProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "lordba");

    /// <summary>Runs a line of the shell, in which <c>"$0"</c> is the command and <c>"$@"</c> are the arguments, to its end.</summary>
    public static async Task<ToolRun> Shell(string line, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs bash");
        using var process = Process.Start(Redirected("/bin/bash", ["-c", line, Program, .. arguments]))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the command; no signal is ignored, whatever the test's own process ignores.</summary>
    public static Process Start(params string[] arguments) => Start(Redirected(Program, arguments));

    /// <summary>The same for another build of it.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        // A background job of a script ignores SIGINT, and so does every process below it (signal(7)).
        const string Default = "--default-signal=INT,HUP,TERM";
        using var probe = Process.Start(new ProcessStartInfo("env", [Default, "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        Assert.SkipUnless(probe.ExitCode == 0, $"needs env {Default}: coreutils 8.31 or later");
        return Process.Start(Redirected("env", [Default, start.FileName, .. start.ArgumentList]))!;
    }

    /// <summary>Sends a signal, and waits for the end.</summary>
    public static async Task<ToolRun> Signal(Process process, string signal)
    {
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, await output, await error);
    }

    /// <summary>Waits until something about a running process is so; fails if it ends before.</summary>
    public static async Task Until(Process process, Func<bool> isSo)
    {
        while (!isSo())
        {
            Assert.False(process.HasExited, "the command ended before it was to be interrupted");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static ProcessStartInfo Redirected(string program, string[] arguments) =>
        new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
}
