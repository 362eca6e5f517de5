using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace LoRDBA.Examples.HomePanel.Tests;

/// <summary>What a supervisor hears from the panel, on a socket of the test's own (sd_notify(3)).</summary>
public sealed class SupervisionTests : IDisposable
{
    private const int WatchdogMilliseconds = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string folder = Directory.CreateTempSubdirectory("panel-notify").FullName;
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public SupervisionTests() => socket.Bind(new UnixDomainSocketEndPoint(Address));

    private string Address => Path.Combine(folder, "notify");

    [Fact]
    public void It_says_when_it_is_ready_that_it_lives_and_that_it_stops()
    {
        using var panel = Start();
        Assert.StartsWith("answer: light.orbi on", panel.Ask("turn on the lamp by the armchair"), StringComparison.Ordinal);
        var heard = WaitFor("WATCHDOG=1");
        // The first ping may come before the panel is ready; after that all goes on.
        if (!heard.Contains("READY=1")) heard.AddRange(WaitFor("READY=1"));
        WaitFor("WATCHDOG=1");
        Assert.DoesNotContain("STOPPING=1", heard);
        Terminate(panel);
        Assert.Equal(0, panel.WaitForExit().ExitCode);
        WaitFor("STOPPING=1");
    }

    [Fact]
    public void A_loop_that_hangs_is_not_alive_and_the_watchdog_hears_no_more()
    {
        using var panel = Start("--Test:Hooks=true");
        WaitFor("READY=1");
        Assert.StartsWith("hang:", panel.Ask("!hang"), StringComparison.Ordinal);
        while (panel.Status().GetProperty("alive").GetBoolean()) Thread.Sleep(50);
        Assert.False(panel.Status().GetProperty("ready").GetBoolean());
        while (Receive(TimeSpan.Zero) is not null) { }
        Assert.Null(Receive(TimeSpan.FromMilliseconds(2 * WatchdogMilliseconds)));
    }

    [Fact]
    public void A_signal_stops_a_panel_that_waits_for_input()
    {
        using var panel = new PanelProcess([]);
        panel.Status();
        Terminate(panel);
        Assert.Equal(0, panel.WaitForExit().ExitCode);
    }

    public void Dispose()
    {
        socket.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static void Terminate(PanelProcess panel)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{panel.Id}"]);
        kill.WaitForExit();
    }

    private PanelProcess Start(params string[] arguments) => new(
        arguments, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Address, ["WATCHDOG_USEC"] = $"{WatchdogMilliseconds * 1000}" });

    /// <summary>All messages up to one, that one included.</summary>
    private List<string> WaitFor(string message)
    {
        var heard = new List<string>();
        while (!heard.Contains(message)) heard.Add(Receive(Patience) ?? throw new InvalidOperationException($"{message} did not come; heard: {string.Join(", ", heard)}"));
        return heard;
    }

    private string? Receive(TimeSpan patience)
    {
        if (!socket.Poll(patience, SelectMode.SelectRead)) return null;
        var bytes = new byte[256];
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }
}
