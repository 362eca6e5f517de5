using LoRDBA.Hil.Tests.Benches;
using LoRDBA.Hil.Tests.Emulation;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests;

/// <summary>The emulated board itself, before any firmware: what it is driven with is busybox and the kernel's own drivers.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly QemuMachine machine;
    private readonly ShellPort shell;

    public BenchTests()
    {
        QemuMachine.Require();
        Directory.CreateDirectory(Path.Combine(folder.Path, "disk"));
        DiskImage.Create(Path.Combine(folder.Path, "disk.img"), Path.Combine(folder.Path, "disk"), TestContext.Current.CancellationToken).Wait();
        machine = new QemuMachine(Path.Combine(folder.Path, "disk.img"), Path.Combine(folder.Path, "console.log"), hasSensor: true);
        var stream = machine.Shell;
        var port = new LinePort(stream, stream, line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        port.Receive(line => line == "hil: shell ready", TimeSpan.FromSeconds(30));
        shell = new ShellPort(port);
    }

    [Fact]
    public void SensorIsReadOverTheKernelsOwnBus()
    {
        using var wire = new I2cWire(machine.Qtest, machine.Chip, new Bme280());
        Assert.Equal("0x60", shell.Run("i2cget -y 0 0x76 0xd0"));
        for (var i = 0; i < 50; i++) Assert.Equal("0x6b70", shell.Run("i2cget -y 0 0x76 0x88 w"));
        Assert.NotEqual(0, shell.TryRun("i2cget -y 0 0x44").ExitCode);
        Assert.InRange(wire.Starts, 2 * 51 + 1, int.MaxValue);      // a START and a repeated one per reading
    }

    public void Dispose()
    {
        machine.Dispose();
        TestContext.Current.TestOutputHelper?.WriteLine(File.ReadAllText(Path.Combine(folder.Path, "console.log")));
        folder.Dispose();
    }
}
