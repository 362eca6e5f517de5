using System.Device.I2c;

namespace LoRDBA.Boards.Bindings.Tests;

/// <summary>A chip that takes commands and gives the same bytes at every read, as an SHT3x does.</summary>
internal sealed class AnswerDevice(params byte[] answer) : I2cDevice
{
    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x44);

    public override void Read(Span<byte> buffer) => answer.AsSpan(0, buffer.Length).CopyTo(buffer);

    public override void Write(ReadOnlySpan<byte> buffer) { }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) => Read(readBuffer);
}
