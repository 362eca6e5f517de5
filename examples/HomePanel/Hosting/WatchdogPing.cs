using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LoRDBA.Examples.HomePanel.Hosting;

/// <summary>Tells the supervisor's watchdog that the panel lives, as long as its generating loop does: twice in the watchdog's time.</summary>
internal sealed class WatchdogPing(Supervision supervision, HealthCheckService health, ISystemdNotifier notifier, ILogger<WatchdogPing> logger) : BackgroundService
{
    private static readonly ServiceState Ping = new("WATCHDOG=1");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (supervision.Watchdog is not { } watchdog || !notifier.IsEnabled) return;
        using var timer = new PeriodicTimer(watchdog / 2);
        do
        {
            var report = await health.CheckHealthAsync(check => check.Tags.Contains(Health.Alive), stoppingToken);
            if (report.Status == HealthStatus.Healthy) notifier.Notify(Ping);
            else logger.NotAlive(report.Entries[Health.Alive].Description);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
