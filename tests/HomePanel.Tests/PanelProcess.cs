using System.Diagnostics;
using System.Text.Json;

namespace LoRDBA.Examples.HomePanel.Tests;

/// <summary>The panel as a process of its own, with simulated lines, spoken to over its standard input.</summary>
internal sealed class PanelProcess : IDisposable
{
    // Far more than anything takes: a test that waits this long has found a panel that is stuck.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly Task<string> log;

    public PanelProcess(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOMEPANEL_Lines__Chip"] = "none";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        process = Process.Start(start)!;
        log = process.StandardError.ReadToEndAsync();
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "HomePanel.dll");

    public int Id => process.Id;

    /// <summary>Sends a line and reads the answer.</summary>
    public string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return ReadLine();
    }

    public JsonElement Status() => JsonElement.Parse(Ask("!status"));

    public string ReadLine() => process.StandardOutput.ReadLineAsync().WaitAsync(Patience).GetAwaiter().GetResult()
        ?? throw new InvalidOperationException($"The panel ended: {log.GetAwaiter().GetResult()}");

    /// <summary>Ends the input and waits for the end; the exit code and all that was logged.</summary>
    public (int ExitCode, string Log) Finish()
    {
        process.StandardInput.Close();
        return WaitForExit();
    }

    public (int ExitCode, string Log) WaitForExit()
    {
        Assert.True(process.WaitForExit(Patience), "The panel did not end.");
        return (process.ExitCode, log.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
