using System.Text;
using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Lines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>A panel in the terminal of a PC: a picture of the lines, and the keyboard as its button and its command line.</summary>
internal sealed class TerminalPicture(
    SimulatedDriver driver, ReplyPort port, CommandTable table, Panel panel, IOptions<PanelOptions> options, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const string ClearLine = "\r\e[K";
    private static readonly TimeSpan ShortPress = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder typed = new();
    private readonly Lock gate = new();

    /// <summary>Whether there is a terminal to draw in, and nothing but simulated lines to draw.</summary>
    public static bool Acts(PanelOptions options) =>
        options.Lines.AreSimulated && options.Commands.Port == OptionWords.StandardInput && !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!Acts(options.Value)) return;
        Console.WriteLine("Enter or space: the button. Tab: the button, held. Or type a command. Ctrl+C: the end.");
        port.Before = ClearLine;
        driver.Changed += Draw;
        port.Told += Draw;
        Draw();
        while (!stoppingToken.IsCancellationRequested)
        {
            var key = await Task.Run(() => Console.ReadKey(intercept: true), CancellationToken.None).WaitAsync(stoppingToken);
            await Take(key, stoppingToken);
            Draw();
        }
    }

    private async Task Take(ConsoleKeyInfo key, CancellationToken stopping)
    {
        switch (key.Key)
        {
            case ConsoleKey.Tab:
                await Press(options.Value.Button.LongPress * 1.25, stopping);
                break;
            case ConsoleKey.Enter or ConsoleKey.Spacebar when typed.Length == 0:
                await Press(ShortPress + options.Value.Button.Debounce, stopping);
                break;
            case ConsoleKey.Enter:
                var line = typed.ToString();
                typed.Clear();
                port.Tell($"> {line}");
                port.Tell(await table.RunAsync(line.Trim(), stopping));
                break;
            case ConsoleKey.Backspace:
                if (typed.Length > 0) typed.Length--;
                break;
            case ConsoleKey.D when key.Modifiers == ConsoleModifiers.Control:
                lifetime.StopApplication();
                break;
            default:
                if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
                break;
        }
    }

    private async Task Press(TimeSpan time, CancellationToken stopping)
    {
        var (line, down) = (options.Value.Lines.Button, !options.Value.Lines.ButtonActiveLow);
        driver.Set(line, down);
        await Task.Delay(time, stopping);
        driver.Set(line, !down);
    }

    /// <summary>The lines, on the terminal's last line: "[button _] [light #] [relay _] [ready #] [busy _] Alder Cottage > text".</summary>
    private void Draw()
    {
        var lines = options.Value.Lines;
        string Lamp(string name, int line) => $"[{name} {(driver.IsHigh(line) ? '#' : '_')}] ";
        var isDown = driver.IsHigh(lines.Button) != lines.ButtonActiveLow;
        lock (gate)
        {
            Console.Write(
                $"{ClearLine}[button {(isDown ? '#' : '_')}] {Lamp("light", lines.Light)}{Lamp("relay", lines.Relay)}{Lamp("ready", lines.Ready)}{Lamp("busy", lines.Busy)}{panel.State.Household} > {typed}");
        }
    }
}
