using LoRDBA.Examples.HomePanel.Answering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LoRDBA.Examples.HomePanel.Hosting;

/// <summary>The two questions of a supervisor: does the panel live (otherwise restart it), is it ready (otherwise ask later)?</summary>
internal static class Health
{
    public const string Alive = "alive";
    public const string Ready = "ready";

    public static void Add(IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<LoopIsAlive>(Alive, tags: [Alive, Ready])
        .AddCheck<HostIsReady>(Ready, tags: [Ready]);

    private sealed class LoopIsAlive(GeneratingLoop loop, Supervision supervision) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var silence = loop.SinceBeat;
            return Task.FromResult(silence < supervision.LongestSilence
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"the generating loop has not moved for {silence.TotalSeconds:0.0} s."));
        }
    }

    private sealed class HostIsReady(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("the panel starts or stops."));
    }
}
