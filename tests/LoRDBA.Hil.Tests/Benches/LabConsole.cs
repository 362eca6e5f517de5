using System.Diagnostics;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>A lab's command that prints a board's console, such as <c>labgrid-client -p panel console --logfile -</c>; it runs as long as the run.</summary>
internal sealed class LabConsole : IDisposable
{
    private readonly Process process;

    private LabConsole(Process process) => this.process = process;

    /// <summary>Starts LORDBA_HIL_CONSOLE, with its output in the record; null if there is none.</summary>
    public static LabConsole? Start(RunRecord record)
    {
        if (Environment.GetEnvironmentVariable("LORDBA_HIL_CONSOLE") is not { Length: > 0 } command) return null;
        var log = Path.Combine(record.Folder, "lab-console.log");
        return new LabConsole(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {command} >'{log}' 2>&1"]) { RedirectStandardInput = true })!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
