using System.Device.Gpio;

namespace LoRDBA.Boards.Bindings.Tests;

/// <summary>Eight lines that remember their mode and level.</summary>
internal sealed class FakeLines : GpioDriver
{
    public PinMode?[] Modes { get; } = new PinMode?[8];

    public PinValue[] Levels { get; } = new PinValue[8];

    protected override int PinCount => Modes.Length;

    protected override void OpenPin(int pinNumber) => Modes[pinNumber] = PinMode.Input;

    protected override void ClosePin(int pinNumber) => Modes[pinNumber] = null;

    protected override void SetPinMode(int pinNumber, PinMode mode) => Modes[pinNumber] = mode;

    protected override PinMode GetPinMode(int pinNumber) => Modes[pinNumber]!.Value;

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => Levels[pinNumber];

    protected override void Write(int pinNumber, PinValue value) => Levels[pinNumber] = value;

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) => throw new NotSupportedException();

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) => throw new NotSupportedException();

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) => throw new NotSupportedException();
}
