using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LoRDBA.Hil.Tests.Benches;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The emulated board as a board in the next room: reached by ssh alone, with a key that only an agent has, its lines looped back by wires,
/// its power switched from outside.
/// </summary>
internal sealed class SshGuest : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly int port = FreePort();
    private readonly Process agent;
    private QemuMachine? machine;
    private LoopbackWires? wires;

    /// <summary>Switches it on; ssh answers some seconds later.</summary>
    public SshGuest()
    {
        QemuMachine.Require();
        foreach (var program in (string[])["ssh", "ssh-agent", "ssh-add", "ssh-keygen"])
            Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"needs {program}: apt-get install openssh-client");
        var socket = Path.Combine(folder.Path, "agent");
        agent = Process.Start(new ProcessStartInfo("ssh-agent", ["-D", "-a", socket]) { RedirectStandardOutput = true })!;
        Host = new SshHost(
            "root@127.0.0.1",
            ["-p", port.ToString(CultureInfo.InvariantCulture), "-F", "none", "-o", $"UserKnownHostsFile={Path.Combine(folder.Path, "known_hosts")}"],
            new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = socket });
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Key);
        Run("ssh-add", "-q", Key);
        File.Delete(Key);       // the agent alone has it now

        var disk = Path.Combine(folder.Path, "disk");
        Directory.CreateDirectory(disk);
        File.Copy(Key + ".pub", Path.Combine(disk, "authorized_keys"));
        DiskImage.Create(Disk, disk, CancellationToken.None).GetAwaiter().GetResult();
        SwitchOn();
    }

    /// <summary>How it is reached.</summary>
    public SshHost Host { get; }

    /// <summary>Its power switch.</summary>
    public BoardPower Power => new(_ => { SwitchOff(); return Task.CompletedTask; }, _ => { SwitchOn(); return Task.CompletedTask; });

    private string Key => Path.Combine(folder.Path, "key");

    private string Disk => Path.Combine(folder.Path, "disk.img");

    /// <inheritdoc/>
    public void Dispose()
    {
        SwitchOff();
        agent.Kill();
        agent.Dispose();
        folder.Dispose();
    }

    private void SwitchOn()
    {
        machine = new QemuMachine(
            Disk, Path.Combine(folder.Path, "console.log"), hasSensor: false,
            "-netdev", $"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22", "-device", "virtio-net-pci,netdev=net,romfile=");
        wires = new LoopbackWires(machine.Qtest, machine.Chip, Wiring.Emulated);
    }

    private void SwitchOff()
    {
        wires?.Dispose();
        machine?.Dispose();
        (wires, machine) = (null, null);
    }

    private void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in Host.Environment) start.Environment[name] = value;
        for (var tries = 0; ; tries++)
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0) return;
            if (tries == 20) throw new IOException($"{program} ended with {process.ExitCode}: {error}");
            Thread.Sleep(100);      // the agent makes its socket just now
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
