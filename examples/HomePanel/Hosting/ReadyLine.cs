using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Commands;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Lines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Hosting;

/// <summary>Connects the button with the loop, and drives the Ready line: high from the moment when everything runs until the panel stops.</summary>
internal sealed class ReadyLine(
    PanelLines lines, PushButton button, GeneratingLoop loop, Panel panel, ReplyPort port, IOptions<PanelOptions> options, IHostApplicationLifetime lifetime, ILogger<ReadyLine> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        button.Pressed += () => loop.Post((panel, beat, stopping) => $"button: {panel.AnswerButton(beat, stopping)}", port.Tell);
        button.LongPressed += () =>
        {
            panel.RequestNext();
            loop.Post((panel, _, _) => $"switched: {panel.Who()}", port.Tell);
        };
        lines.Watch(button.Edge);
        lifetime.ApplicationStarted.Register(() =>
        {
            lines.Ready = true;
            logger.IsReady(options.Value.Lines.AreSimulated ? "simulated lines" : "GPIO lines", panel.Threads);
        });
        lifetime.ApplicationStopping.Register(() => lines.Ready = false);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
