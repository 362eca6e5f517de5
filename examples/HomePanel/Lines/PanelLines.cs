using System.Device.Gpio;
using LoRDBA.Boards;
using LoRDBA.Examples.HomePanel.Configuration;

namespace LoRDBA.Examples.HomePanel.Lines;

/// <summary>The panel's five lines, by name. Outputs are low when it opens them and when it lets them go.</summary>
internal sealed class PanelLines : IDisposable
{
    public const string Light = "Light";
    public const string Relay = "Relay";

    private readonly GpioController controller;
    private readonly LinesOptions options;
    private readonly Lock gate = new();

    /// <param name="options">The offsets.</param>
    /// <param name="controller">Disposed with the lines.</param>
    public PanelLines(LinesOptions options, GpioController controller)
    {
        (this.options, this.controller) = (options, controller);
        foreach (var line in (int[])[options.Light, options.Relay, options.Ready, options.Busy]) controller.OpenPin(line, PinMode.Output, PinValue.Low);
        controller.OpenPin(options.Button, options.ButtonActiveLow ? PinMode.InputPullUp : PinMode.Input);
    }

    /// <summary>The outputs that answers may drive.</summary>
    public static IReadOnlyList<string> Driven { get; } = [Light, Relay];

    /// <summary>Opens the board's lines, or simulated ones.</summary>
    /// <exception cref="BoardException">There is no such chip, or no library that drives its lines.</exception>
    public static PanelLines Open(LinesOptions options, SimulatedDriver simulated)
    {
        if (options.AreSimulated) return new PanelLines(options, new GpioController(simulated));
        return new PanelLines(options, GpioLines.Open(options.Chip is { } chip ? int.Parse(chip, System.Globalization.CultureInfo.InvariantCulture) : 0));
    }

    /// <summary>High while the panel is ready to answer.</summary>
    public bool Ready { set => Write(options.Ready, value); }

    /// <summary>High while an answer is generated.</summary>
    public bool Busy { set => Write(options.Busy, value); }

    /// <summary>Drives an output of <see cref="Driven"/>.</summary>
    public void Drive(string line, bool isOn) => Write(line == Light ? options.Light : options.Relay, isOn);

    /// <summary>Calls with true for each edge that presses the button, with false for each that lets go.</summary>
    public void Watch(Action<bool> edge) => controller.RegisterCallbackForPinValueChangedEvent(
        options.Button,
        PinEventTypes.Rising | PinEventTypes.Falling,
        (_, change) => edge((change.ChangeType == PinEventTypes.Rising) != options.ButtonActiveLow));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var line in (int[])[options.Ready, options.Busy, options.Light, options.Relay]) Write(line, false);
        controller.Dispose();
    }

    private void Write(int line, bool isHigh)
    {
        lock (gate) controller.Write(line, isHigh ? PinValue.High : PinValue.Low);
    }
}
