using System.Buffers.Binary;
using System.Device.I2c;

namespace LoRDBA.Boards.Bindings.Tests;

/// <summary>A chip whose registers are words of 16 bits, the high byte first, as an INA219 has.</summary>
internal sealed class WordDevice : I2cDevice
{
    private int pointer;

    public ushort[] Registers { get; } = new ushort[256];

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x40);

    public override void Read(Span<byte> buffer) => BinaryPrimitives.WriteUInt16BigEndian(buffer, Registers[pointer]);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        pointer = buffer[0];
        if (buffer.Length == 3) Registers[pointer] = BinaryPrimitives.ReadUInt16BigEndian(buffer[1..]);
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }
}
