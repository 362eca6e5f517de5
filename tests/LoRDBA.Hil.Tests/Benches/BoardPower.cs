using System.Diagnostics;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>Switches a board's power.</summary>
/// <param name="Off">Cuts it.</param>
/// <param name="On">Gives it back.</param>
internal sealed record BoardPower(Func<CancellationToken, Task> Off, Func<CancellationToken, Task> On)
{
    /// <summary>
    /// A lab's commands, such as <c>labgrid-client -p panel power off</c>: LORDBA_HIL_POWER_OFF and LORDBA_HIL_POWER_ON, or
    /// LORDBA_HIL_POWER_CYCLE alone, which then cuts and gives it back at once. Null if there is none.
    /// </summary>
    public static BoardPower? OfLab()
    {
        var (off, on, cycle) = (Variable("OFF"), Variable("ON"), Variable("CYCLE"));
        if (off is not null && on is not null) return new(_ => Run(off), _ => Run(on));
        return cycle is null ? null : new(_ => Run(cycle), _ => Task.CompletedTask);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable($"LORDBA_HIL_POWER_{name}") is { Length: > 0 } command ? command : null;

    private static async Task Run(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new IOException($"The lab's command {command} ended with {process.ExitCode}: {error}");
    }
}
