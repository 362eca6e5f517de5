using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Sensor;
using LoRDBA.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>What each line means: a command of the panel's own begins with '!', anything else is answered by the model.</summary>
internal sealed class CommandTable(GeneratingLoop loop, PanelStatus status, ClimateSensor sensor, IOptions<PanelOptions> options, IHostApplicationLifetime lifetime)
{
    /// <summary>Does what the line says.</summary>
    /// <param name="line">Not empty.</param>
    /// <param name="stopping">The panel stops.</param>
    /// <returns>One line that says what came of it, or what was wrong.</returns>
    public async Task<string> RunAsync(string line, CancellationToken stopping)
    {
        var (verb, argument) = line.IndexOf(' ') is var at and > 0 ? (line[..at], line[at..].Trim()) : (line, "");
        return (verb, argument.Length > 0) switch
        {
            ("!status", false) => await status.ReadAsync(stopping),
            ("!sensor", false) => Sense(),
            ("!next", false) => await loop.RunAsync(Next, stopping),
            ("!update", true) => await loop.RunAsync((panel, _, _) => $"update: {panel.Update(argument)}", stopping),
            ("!hang", false) when options.Value.Test.Hooks => Hang(),
            ("!quit", false) => Quit(),
            _ when line[0] == '!' => $"error: '{line}' is no command of the panel. Those are !status, !sensor, !next, !update FILE, !quit; anything without '!' is answered.",
            _ => await loop.RunAsync((panel, beat, cancellation) => $"answer: {panel.Answer(line, beat, cancellation)}", stopping),
        };
    }

    private static string Next(Panel panel, Action beat, CancellationToken stopping)
    {
        panel.RequestNext();
        panel.Switch();
        return $"switched: {panel.Who()}";
    }

    private string Sense()
    {
        try
        {
            return $"sensor: {sensor.Tell()}";
        }
        catch (LordbaException e)
        {
            return $"error: {e.Message}";
        }
    }

    private string Hang()
    {
        loop.Post((_, _, _) => GeneratingLoop.Hang(), _ => { });
        return "hang: the generating loop stops now";
    }

    private string Quit()
    {
        lifetime.StopApplication();
        return "quit: the panel stops";
    }
}
