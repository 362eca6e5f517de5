using System.Diagnostics;
using System.Globalization;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// A board that is reached by ssh. The panel runs from a folder of its own, with its commands on the connection's streams; lines are driven
/// and seen by a program on the board itself (tests/LoRDBA.Hil.Lines), over wires that loop them back.
/// </summary>
/// <remarks>For the whole run it holds a lock on the board: two runs never share one.</remarks>
internal sealed class SshBoard : Board
{
    private static readonly TimeSpan Boot = TimeSpan.FromMinutes(3);

    private const string AtStart = "kernel, board, heat and throttling at the start", AtEnd = "kernel, board, heat and throttling at the end";

    private const string LinesProgram = "artifacts/publish/LoRDBA.Hil.Lines/release_linux-arm64/LoRDBA.Hil.Lines";

    private readonly SshHost host;
    private readonly Wiring wiring;
    private readonly BoardPower? power;
    private readonly HashSet<string> has = [NeedsAttribute.Lines, NeedsAttribute.Burst, NeedsAttribute.InjectedHeat, NeedsAttribute.Store];
    private readonly List<Process> processes = [];
    private Process? panel;
    private LinePort? lines;
    private bool isCut;

    private SshBoard(RunRecord record, SshHost host, string folder, Wiring wiring, BoardPower? power) : base(record)
    {
        (this.host, Folder, this.wiring, this.power) = (host, folder, wiring, power);
        if (power is not null) has.Add(NeedsAttribute.PowerCut);
        if (wiring.Bench.ContainsKey(PanelLine.Ready) && wiring.Bench.ContainsKey(PanelLine.Busy)) has.Add(NeedsAttribute.StateLines);
    }

    /// <inheritdoc/>
    public override IReadOnlySet<string> Has => has;

    /// <inheritdoc/>
    public override string Folder { get; }

    /// <inheritdoc/>
    public override string StoreFolder => $"{Folder}/store";

    /// <summary>A board that is on: puts the panel and what tests need there.</summary>
    /// <param name="bench">The record's name for it.</param>
    /// <param name="host">Where it is.</param>
    /// <param name="folder">The folder on the board, absolute, on a disk that outlives the power; made if it is not there.</param>
    /// <param name="wiring">Its lines.</param>
    /// <param name="power">Its power; null if it stays on.</param>
    /// <param name="cancellation">Ends the wait for the board.</param>
    public static async Task<SshBoard> Create(string bench, SshHost host, string folder, Wiring wiring, BoardPower? power, CancellationToken cancellation)
    {
        var firmware = PanelFiles.Firmware;
        var helper = Path.Combine(LoRDBA.Tests.SharedFiles.RepositoryRoot, LinesProgram);
        Assert.SkipUnless(File.Exists(helper), "needs the program for a board's lines: dotnet publish tests/LoRDBA.Hil.Lines -c Release -r linux-arm64");
        await host.WaitUntilReachable(Boot, cancellation);
        var record = new RunRecord(bench);
        record.SetFirmware(firmware);
        var board = new SshBoard(record, host, folder, wiring, power);
        await board.Install(firmware, helper);
        return board;
    }

    /// <inheritdoc/>
    public override async Task PowerOn(CancellationToken cancellation)
    {
        if (isCut)
        {
            await power!.On(cancellation);
            await host.WaitUntilReachable(Boot, cancellation);
            isCut = false;
        }
        Lock();
        Shell = new ShellPort(PortOf(Keep(host.Start("sh")), Record.ShellLine));
        if (!Record.Has(AtStart)) Record.Set(AtStart, Condition());
        OpenLines();
        StartPanel();
    }

    /// <inheritdoc/>
    public override async Task PowerOff(CancellationToken cancellation)
    {
        await (power ?? throw new InvalidOperationException("This board's power cannot be switched.")).Off(cancellation);
        isCut = true;
        Drop();
        Lines.Clear();
    }

    /// <inheritdoc/>
    public override void StartPanel()
    {
        panel = Keep(host.Start($"sh {Folder}/start"));
        var console = panel.StandardError;
        _ = Task.Run(async () =>
        {
            while (await console.ReadLineAsync() is { } line) await File.AppendAllTextAsync(Record.ConsoleLog, line + "\n");
        });
        Panel = PortOf(panel, Record.PanelLine);
        Panel.Ask("!status", "{", Patience);
    }

    /// <inheritdoc/>
    public override (double Seconds, int ExitCode) StopPanel()
    {
        var words = Shell.Run($"pid=$(cat {Folder}/pid); from=$(cat /proc/uptime); kill -TERM $pid; while [ -e /proc/$pid ]; do sleep 0.02; done; to=$(cat /proc/uptime); echo $from $to").Split(' ');
        panel!.WaitForExit();
        return (double.Parse(words[2], CultureInfo.InvariantCulture) - double.Parse(words[0], CultureInfo.InvariantCulture), panel.ExitCode);
    }

    /// <inheritdoc/>
    public override void Drive(PanelLine line, bool level)
    {
        Lines.Drove(line, level);
        lines!.Ask($"set {wiring.Bench[line]} {(level ? 1 : 0)}", "ok", Patience);
    }

    /// <inheritdoc/>
    public override void Burst(int edges) => Lines.Summarise($"{PanelLine.Button} {edges} edges driven", () => lines!.Ask($"burst {wiring.Bench[PanelLine.Button]} {edges}", "ok", Patience));

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (processes.Count > 0)
        {
            Record.Set(AtEnd, Condition());
            StopPanel();
            Shell.Run($"rm -rf {Folder}");
            Drop();
        }
        Record.Dispose();
        await Task.CompletedTask;
    }

    private async Task Install(string firmware, string helper)
    {
        await host.Run($"rm -rf {Folder}; mkdir -p {Folder}", Record);
        using var files = new LoRDBA.Tests.TemporaryFolder();
        AdapterVariants.WriteAll(files.Path);
        File.Copy(firmware, Path.Combine(files.Path, "HomePanel"));
        File.Copy(helper, Path.Combine(files.Path, "lines"));
        PanelFiles.Write(Path.Combine(files.Path, PanelFiles.HeatRoot, PanelFiles.HeatFile), "45000");
        PanelFiles.Write(Path.Combine(files.Path, PanelFiles.HeatRoot, Path.GetDirectoryName(PanelFiles.HeatFile)!, "type"), "cpu-thermal");
        PanelFiles.Write(Path.Combine(files.Path, "start"),
        [
            "# Runs the panel with the bench's settings; its commands are on the standard streams.",
            .. PanelFiles.Environment(Folder, "-", wiring.Chip, wiring.Panel, sensor: null).Select(setting => $"export {setting}"),
            $"export HOMEPANEL_Store__Folder={StoreFolder}",
            $"echo $$ >{Folder}/pid",
            $"exec {Folder}/HomePanel",
        ]);
        var archive = Path.Combine(files.Path, "..", Path.GetFileName(files.Path) + ".tar");
        await System.Formats.Tar.TarFile.CreateFromDirectoryAsync(files.Path, archive, includeBaseDirectory: false);
        await host.Run($"tar -x -C {Folder} && chmod +x {Folder}/HomePanel {Folder}/lines && sync", Record, archive);
        File.Delete(archive);
    }

    /// <summary>The lock ends with the connection that holds it, whatever happens here.</summary>
    private void Lock()
    {
        var holder = Keep(host.Start("flock -n /tmp/lordba-hil.lock sh -c 'echo locked; cat'"));
        if (holder.StandardOutput.ReadLine() != "locked") throw new IOException($"Another run uses the board {host.Name}, or the board has no flock: {holder.StandardError.ReadToEnd()}");
    }

    private void OpenLines()
    {
        lines = PortOf(Keep(host.Start($"{Folder}/lines {wiring.Chip}")), line => SeeLine(line));
        foreach (var (line, offset) in wiring.Bench) lines.Ask($"{(line == PanelLine.Button ? "out" : "in")} {offset}", "ok", Patience);
    }

    private void SeeLine(string text)
    {
        if (text.Split(' ') is not ["<", var offset, var level]) return;
        foreach (var (line, number) in wiring.Bench)
            if (number.ToString(CultureInfo.InvariantCulture) == offset) Lines.Saw(line, level == "high");
    }

    /// <summary>Kernel, heat and throttling, as the board says itself.</summary>
    private string Condition() => Shell.Run(
        "uname -srm; cat /proc/device-tree/model 2>/dev/null; echo; cat /sys/class/thermal/thermal_zone*/temp 2>/dev/null; vcgencmd get_throttled 2>/dev/null; true");

    private static LinePort PortOf(Process process, Action<string> record) => new(process.StandardOutput.BaseStream, process.StandardInput.BaseStream, record);

    private Process Keep(Process process)
    {
        processes.Add(process);
        return process;
    }

    private void Drop()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        processes.Clear();
    }
}
