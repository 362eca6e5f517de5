using System.Collections.Frozen;
using System.Globalization;
using LoRDBA.Hil.Tests.Emulation;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// The emulated board with the panel installed as on a real one: its own unit under systemd, its state on the disk. The bench outside
/// drives and sees the lines and plays the sensor.
/// </summary>
internal sealed class EmulatedBoard : Board
{
    private static readonly FrozenSet<string> Traits = FrozenSet.ToFrozenSet(
    [
        NeedsAttribute.Lines, NeedsAttribute.StateLines, NeedsAttribute.Burst, NeedsAttribute.Sensor, NeedsAttribute.PowerCut, NeedsAttribute.Store,
        NeedsAttribute.InjectedHeat, NeedsAttribute.Supervisor,
    ]);

    private static readonly PanelLine[] All = Enum.GetValues<PanelLine>();

    private readonly TemporaryFolder folder = new();
    private readonly Bme280 sensor = new();
    private QemuMachine? machine;
    private I2cWire? wire;

    private EmulatedBoard(RunRecord record) : base(record)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlySet<string> Has => Traits;

    /// <inheritdoc/>
    public override string Folder => "/data/bench";

    /// <inheritdoc/>
    public override string StoreFolder => "/var/lib/home-panel/adapters";

    private string Disk => Path.Combine(folder.Path, "disk.img");

    /// <summary>Makes its disk; it is off.</summary>
    public static async Task<EmulatedBoard> Create(CancellationToken cancellation)
    {
        QemuMachine.Require();
        var firmware = PanelFiles.Firmware;
        _ = PanelFiles.Unit;
        var record = new RunRecord("emulated");
        record.SetFirmware(firmware);
        var board = new EmulatedBoard(record);
        await board.Install(firmware, cancellation);
        return board;
    }

    /// <inheritdoc/>
    public override async Task PowerOn(CancellationToken cancellation)
    {
        machine = new QemuMachine(Disk, Record.ConsoleLog, hasSensor: true);
        machine.Qtest.OutputChanged += See;
        wire = new I2cWire(machine.Qtest, machine.Chip, sensor);
        var (panel, shell) = (machine.Panel, machine.Shell);
        Panel = new LinePort(panel, panel, Record.PanelLine);
        var port = new LinePort(shell, shell, Record.ShellLine);
        await Task.Run(() => port.Receive(line => line == "hil: shell ready", Patience), cancellation);
        Shell = new ShellPort(port);
        Lines.WaitFor(PanelLine.Ready, true, Patience);
    }

    /// <inheritdoc/>
    public override Task PowerOff(CancellationToken cancellation)
    {
        wire?.Dispose();
        machine?.Dispose();
        (wire, machine) = (null, null);
        Lines.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void StartPanel()
    {
        Shell.Run("systemctl start home-panel");
        Lines.WaitFor(PanelLine.Ready, true, Patience);
    }

    /// <inheritdoc/>
    public override (double Seconds, int ExitCode) StopPanel()
    {
        var words = Shell.Run("from=$(cat /proc/uptime); systemctl stop home-panel; to=$(cat /proc/uptime); echo $from $to $(systemctl show home-panel -p ExecMainStatus --value)").Split(' ');
        return (double.Parse(words[2], CultureInfo.InvariantCulture) - double.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[4], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public override void Drive(PanelLine line, bool level)
    {
        Lines.Drove(line, level);
        machine!.Chip.Drive((int)line, level);
    }

    /// <inheritdoc/>
    public override void Burst(int edges) => Lines.Summarise($"{PanelLine.Button} {edges} edges driven", () =>
    {
        for (var i = 0; i < edges; i++)
        {
            Drive(PanelLine.Button, i % 2 == 0);
            while ((machine!.Chip.ReadEdgesWaiting() & 1) != 0) Thread.Yield();     // another edge now would be this one, for the chip
            Thread.Sleep(10);                                                       // and for the kernel's thread that notes it
        }
    });

    /// <inheritdoc/>
    public override void SetSensor(int rawTemperature, int rawHumidity) => sensor.SetMeasurement(rawTemperature, 415148, rawHumidity);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await PowerOff(CancellationToken.None);
        Record.Dispose();
        folder.Dispose();
    }

    private void See(int line, bool level)
    {
        if (Array.IndexOf(All, (PanelLine)line) > 0) Lines.Saw((PanelLine)line, level);     // 0 is the button, and the chip's own interrupt
    }

    private async Task Install(string firmware, CancellationToken cancellation)
    {
        var root = Path.Combine(folder.Path, "disk");
        var unit = Path.Combine(root, "etc", "systemd", "system", "home-panel.service");
        Directory.CreateDirectory(Path.GetDirectoryName(unit)!);
        File.Copy(PanelFiles.Unit, unit);
        PanelFiles.Write($"{unit}.d/bench.conf",
        [
            "# The bench's settings: this board's lines, and what the panel logs goes to the console.",
            "[Service]",
            .. PanelFiles.Environment(Folder, "/dev/ttyS0", chip: 0, All.ToDictionary(line => line, line => (int)line), sensor: 0).Select(setting => $"Environment={setting}"),
            $"Environment=HOMEPANEL_Store__Folder={StoreFolder}",
            "SupplementaryGroups=gpio i2c dialout", "DeviceAllow=/dev/console rw", "WatchdogSec=10", "StandardOutput=tty", "StandardError=tty", "TTYPath=/dev/console",
        ]);
        Directory.CreateDirectory(Path.Combine(root, "local", "bin"));
        File.Copy(firmware, Path.Combine(root, "local", "bin", "home-panel"));
        PanelFiles.Write(Path.Combine(root, "bench", PanelFiles.HeatRoot, PanelFiles.HeatFile), "45000");
        PanelFiles.Write(Path.Combine(root, "bench", PanelFiles.HeatRoot, Path.GetDirectoryName(PanelFiles.HeatFile)!, "type"), "cpu-thermal");
        AdapterVariants.WriteAll(Path.Combine(root, "bench"));
        await DiskImage.Create(Disk, root, cancellation);
        Directory.Delete(root, recursive: true);
    }
}
