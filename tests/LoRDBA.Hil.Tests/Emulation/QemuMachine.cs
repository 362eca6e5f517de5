using System.Diagnostics;
using System.Net.Sockets;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// An emulated arm64 board that is switched on: qemu with Debian's kernel and what tests/hil/prepare.sh made. Disposing it cuts the power.
/// </summary>
/// <remarks>
/// <code>
/// ttyAMA0   console: kernel, what the guest's scripts and the firmware log        to console.log of the run
/// ttyS0     the panel's commands and answers                                      <see cref="Panel"/>
/// ttyS1     a shell without prompt or echo                                        <see cref="Shell"/>
/// PL061     eight GPIO lines, driven and seen through qtest                       <see cref="Chip"/>, <see cref="Qtest"/>
/// vda       the disk, a file that stays when the power is cut
/// </code>
/// </remarks>
internal sealed class QemuMachine : IDisposable
{
    /// <summary>What tests/hil/prepare.sh makes.</summary>
    public static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "hil", "board");

    private readonly DirectoryInfo sockets = Directory.CreateTempSubdirectory("hil-");
    private readonly Process process;
    private readonly Socket panel, shell;

    /// <summary>Switches it on.</summary>
    /// <param name="disk">The image of its disk.</param>
    /// <param name="consoleLog">The file to which its console is appended.</param>
    /// <param name="hasSensor">Whether two lines are an I2C bus; otherwise they are free.</param>
    /// <param name="extra">More arguments of qemu.</param>
    public QemuMachine(string disk, string consoleLog, bool hasSensor, params string[] extra)
    {
        Require();
        string[] machine = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "tests", "hil", "machine")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        process = Process.Start(new ProcessStartInfo("qemu-system-aarch64",
        [
            .. machine, "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", Path.Combine(Folder, "vmlinuz"), "-initrd", Path.Combine(Folder, "initramfs"),
            "-dtb", Path.Combine(Folder, hasSensor ? "board.dtb" : "lines.dtb"), "-append", "console=ttyAMA0 panic=-1 loglevel=4",
            "-chardev", $"file,id=console,path={consoleLog},append=on", "-serial", "chardev:console",
            "-chardev", Listening("panel"), "-device", "pci-serial,chardev=panel",
            "-chardev", Listening("shell"), "-device", "pci-serial,chardev=shell",
            "-drive", $"file={disk},if=none,id=disk,format=raw", "-device", "virtio-blk-pci,drive=disk",
            "-qmp", $"unix:{Socket("qmp")},server=on,wait=off", "-qtest", $"unix:{Socket("qtest")},server=on,wait=off", "-qtest-log", "none",
            .. extra,
        ])
        { RedirectStandardError = true })!;
        try
        {
            panel = Connect("panel");
            shell = Connect("shell");
            WaitFor("qtest");
            using var monitor = new QmpClient(Socket("qmp"));
            Qtest = new QtestClient(Socket("qtest"));
            Chip = new Pl061(Qtest, monitor.FindDevice("pl061"));
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The socket into the machine; its outputs' changes.</summary>
    public QtestClient Qtest { get; }

    /// <summary>The GPIO lines.</summary>
    public Pl061 Chip { get; }

    /// <summary>The other end of the panel's serial line.</summary>
    public Stream Panel => new NetworkStream(panel);

    /// <summary>The other end of the shell's serial line.</summary>
    public Stream Shell => new NetworkStream(shell);

    /// <summary>Skips the test, with what to do, where an emulated board cannot be had.</summary>
    public static void Require()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-system-aarch64"), "needs qemu-system-aarch64: apt-get install --no-install-recommends qemu-system-arm");
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "stamp")), "needs the emulated board's kernel and file system: tests/hil/prepare.sh");
    }

    /// <summary>Waits until the guest has switched itself off.</summary>
    public Task WaitForEnd(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    /// <summary>Cuts the power: whatever the guest had not written to its disk is lost.</summary>
    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Qtest.Dispose();
        panel.Dispose();
        shell.Dispose();
        sockets.Delete(recursive: true);
    }

    private string Socket(string name) => Path.Combine(sockets.FullName, name);

    private string Listening(string name) => $"socket,id={name},path={Socket(name)},server=on,wait=off";

    private Socket Connect(string name)
    {
        WaitFor(name);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Socket(name)));
        return socket;
    }

    /// <summary>Until qemu listens on the socket; its own words if it ends instead.</summary>
    private void WaitFor(string name)
    {
        while (!File.Exists(Socket(name)))
        {
            if (process.WaitForExit(10)) throw new IOException($"qemu did not start: {process.StandardError.ReadToEnd()}");
        }
    }
}
