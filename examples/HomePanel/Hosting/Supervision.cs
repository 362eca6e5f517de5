using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace LoRDBA.Examples.HomePanel.Hosting;

/// <summary>What the supervisor wants, by its environment: sd_notify(3), sd_watchdog_enabled(3).</summary>
internal sealed class Supervision
{
    private static readonly TimeSpan DefaultWatchdog = TimeSpan.FromSeconds(30);

    /// <summary>How often the supervisor wants to hear from the panel at least; null if it has no watchdog.</summary>
    public TimeSpan? Watchdog { get; } = ReadWatchdog();

    /// <summary>How long the generating loop may be silent before it counts as hanging: half of the watchdog's time.</summary>
    public TimeSpan LongestSilence => (Watchdog ?? DefaultWatchdog) / 2;

    /// <summary>
    /// Ready, stopping and watchdog messages go to NOTIFY_SOCKET. AddSystemd alone would ask whether the parent is systemd itself, which it
    /// is not in a container or on a bench.
    /// </summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSystemd();
        services.AddSingleton<Supervision>();
        services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))) services.AddSingleton<IHostLifetime, SystemdLifetime>();
    }

    private static TimeSpan? ReadWatchdog()
    {
        var pid = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(pid) && pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }
}
