namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// A board with the panel on it, as the contract (<c>PanelContract</c>) sees one: power, lines, the panel's commands, a
/// shell. What a board lacks is not in <see cref="Has"/>, and the tests that need it are skipped.
/// </summary>
internal abstract class Board(RunRecord record) : IAsyncDisposable
{
    /// <summary>How long anything may take that should happen at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private LinePort? panel;
    private ShellPort? shell;

    /// <summary>What it has: the names of <see cref="NeedsAttribute"/>.</summary>
    public abstract IReadOnlySet<string> Has { get; }

    /// <summary>The folder on the board with the panel, its settings and what tests put there.</summary>
    public abstract string Folder { get; }

    /// <summary>The folder on the board with the panel's adapter store.</summary>
    public virtual string StoreFolder => throw new NotSupportedException("This board keeps no adapters.");

    /// <summary>What was driven and seen.</summary>
    public LineLog Lines { get; } = new(record.Line);

    /// <summary>The record of this run.</summary>
    public RunRecord Record => record;

    /// <summary>The panel's commands and answers.</summary>
    public LinePort Panel { get => panel ?? throw new InvalidOperationException("The panel does not run."); protected set => panel = value; }

    /// <summary>A shell on the board.</summary>
    public ShellPort Shell { get => shell ?? throw new InvalidOperationException("The board is off."); protected set => shell = value; }

    /// <summary>Switches the board on, and waits until the panel is ready.</summary>
    public abstract Task PowerOn(CancellationToken cancellation);

    /// <summary>Cuts its power.</summary>
    public abstract Task PowerOff(CancellationToken cancellation);

    /// <summary>Starts the panel, on a board where it does not run.</summary>
    public abstract void StartPanel();

    /// <summary>Ends the panel as a supervisor does, by SIGTERM, and waits for its end.</summary>
    /// <returns>How long that took by the board's clock, and the panel's exit code.</returns>
    public abstract (double Seconds, int ExitCode) StopPanel();

    /// <summary>Drives an input of the panel.</summary>
    public abstract void Drive(PanelLine line, bool level);

    /// <summary>So many edges of the button, as fast as its chip takes them.</summary>
    public virtual void Burst(int edges) => throw new NotSupportedException("This bench cannot drive bursts.");

    /// <summary>What the board's sensor measures from now on, where the bench plays it.</summary>
    public virtual void SetSensor(int rawTemperature, int rawHumidity) => throw new NotSupportedException("The bench does not play this board's sensor.");

    /// <summary>Seconds that the board's own clock has run since its start: guest time on an emulated board.</summary>
    public double Uptime() => double.Parse(Shell.Run("cat /proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Presses the button for at least so many seconds of the board's clock: how fast this machine is does not matter.</summary>
    public void Press(double seconds)
    {
        _ = Uptime();       // the board's first look at its clock loads a program, and would be part of the press
        Drive(PanelLine.Button, true);
        var start = Uptime();
        while (Uptime() < start + seconds) Thread.Yield();
        Drive(PanelLine.Button, false);
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
