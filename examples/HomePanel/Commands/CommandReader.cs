using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>Reads commands line by line; each is answered before the next one is read. The end of the input is the end of the panel.</summary>
internal sealed class CommandReader(ReplyPort port, CommandTable table, IOptions<PanelOptions> options, IHostApplicationLifetime lifetime, ILogger<CommandReader> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Commands.Port == OptionWords.None || TerminalPicture.Acts(options.Value)) return;
        // Nobody is answered before the panel is ready.
        var started = new TaskCompletionSource();
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            while (await port.ReadLineAsync(stoppingToken) is { } line)
                if (line.Trim() is { Length: > 0 } command) port.Tell(await table.RunAsync(command, stoppingToken));
        }
        catch (IOException e)
        {
            logger.PortEnded(e.Message);
        }
        lifetime.StopApplication();
    }
}
