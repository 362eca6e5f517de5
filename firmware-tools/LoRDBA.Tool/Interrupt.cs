using System.Runtime.InteropServices;

namespace LoRDBA.Tool;

/// <summary>
/// Ctrl-C, a supervisor's request to end, and a terminal that was closed. The first asks the verb to stop at its next step, which leaves no
/// half-written file; a second one ends the process.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode = ExitCodes.Interrupted;

    /// <summary>Begins to listen.</summary>
    public Interrupt() => registrations =
        [Listen(PosixSignal.SIGINT, ExitCodes.Interrupted), Listen(PosixSignal.SIGTERM, ExitCodes.Terminated), Listen(PosixSignal.SIGHUP, ExitCodes.HungUp)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>What the process returns once it has been interrupted: by which signal.</summary>
    public int ExitCode => Volatile.Read(ref exitCode);

    /// <summary>Ends listening.</summary>
    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        source.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int code) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !source.IsCancellationRequested;
        if (!context.Cancel) return;
        Volatile.Write(ref exitCode, code);
        source.Cancel();
    });
}
