using System.Device.Gpio;

namespace LoRDBA.Examples.HomePanel.Lines;

/// <summary>Lines that are numbers in this program, for a machine without GPIO. A keyboard or a test stands for the button.</summary>
internal sealed class SimulatedDriver : GpioDriver
{
    private const int Lines = 1024;

    private readonly bool[] isHigh = new bool[Lines];
    private readonly PinMode[] modes = new PinMode[Lines];
    private readonly List<(int Line, PinEventTypes Events, PinChangeEventHandler Handler)> handlers = [];

    /// <summary>An output changed.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    protected override int PinCount => Lines;

    /// <summary>Whether a line is high.</summary>
    public bool IsHigh(int line) => Volatile.Read(ref isHigh[line]);

    /// <summary>The world outside sets an input, and whoever watches the line hears of the edge.</summary>
    public void Set(int line, bool high)
    {
        if (IsHigh(line) == high) return;
        Volatile.Write(ref isHigh[line], high);
        var type = high ? PinEventTypes.Rising : PinEventTypes.Falling;
        foreach (var (watched, events, handler) in handlers)
            if (watched == line && events.HasFlag(type)) handler(this, new PinValueChangedEventArgs(type, line));
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    protected override void OpenPin(int pinNumber) { }

    /// <inheritdoc/>
    protected override void ClosePin(int pinNumber) { }

    /// <summary>An input with a pull-up is high until something pulls it down.</summary>
    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        modes[pinNumber] = mode;
        if (mode == PinMode.InputPullUp) isHigh[pinNumber] = true;
    }

    /// <inheritdoc/>
    protected override PinMode GetPinMode(int pinNumber) => modes[pinNumber];

    /// <inheritdoc/>
    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    /// <inheritdoc/>
    protected override PinValue Read(int pinNumber) => IsHigh(pinNumber);

    /// <inheritdoc/>
    protected override void Write(int pinNumber, PinValue value)
    {
        Volatile.Write(ref isHigh[pinNumber], (bool)value);
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The panel is called at each edge; it does not wait for one.");

    /// <inheritdoc/>
    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        handlers.Add((pinNumber, eventTypes, callback));

    /// <inheritdoc/>
    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        handlers.RemoveAll(entry => entry.Line == pinNumber && entry.Handler == callback);
}
