using System.Text.Json;
using System.Text.Json.Serialization;
using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Hosting;
using LoRDBA.Examples.HomePanel.Lines;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>How the panel is, as one line of JSON.</summary>
/// <param name="Ready">Whether it answers.</param>
/// <param name="Alive">Whether the generating loop moves.</param>
/// <param name="Household">Who answers.</param>
/// <param name="Digest">The adapter's.</param>
/// <param name="Commands">Answered since the start, presses included.</param>
/// <param name="Edges">Of the button's line, in both directions.</param>
/// <param name="Presses">Short and long.</param>
/// <param name="Dropped">Presses that found no room because too many waited.</param>
/// <param name="Level">Of the governor; 0 is full speed.</param>
/// <param name="Temperature">The processor's in °C; null where the board does not measure it.</param>
/// <param name="RssAnon">Memory of the process that is no file, in bytes; null where the system does not tell.</param>
internal sealed record StatusReport(
    bool Ready, bool Alive, string Household, string Digest, long Commands, long Edges, long Presses, long Dropped, int Level, double? Temperature, long? RssAnon);

/// <summary>Writes a <see cref="StatusReport"/> without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;

/// <summary>Gathers the status. It does not need the generating loop, so it tells of one that hangs.</summary>
internal sealed class PanelStatus(Panel panel, GeneratingLoop loop, PushButton button, HealthCheckService health)
{
    private const string Memory = "RssAnon:";

    /// <summary>The status as JSON.</summary>
    public async Task<string> ReadAsync(CancellationToken stopping)
    {
        var report = await health.CheckHealthAsync(stopping);
        var state = panel.State;
        return JsonSerializer.Serialize(
            new StatusReport(
                report.Status == HealthStatus.Healthy, report.Entries[Health.Alive].Status == HealthStatus.Healthy, state.Household, state.Digest,
                panel.Commands, button.Edges, button.Presses, loop.Dropped, state.Level, state.Temperature, RssAnon()),
            StatusJson.Default.StatusReport);
    }

    /// <summary>proc(5): "RssAnon:      7424 kB".</summary>
    private static long? RssAnon()
    {
        if (!File.Exists("/proc/self/status")) return null;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Memory, StringComparison.Ordinal));
        return line is not null && long.TryParse(line[Memory.Length..].Replace("kB", "", StringComparison.Ordinal), out var kilobytes) ? kilobytes << 10 : null;
    }
}
