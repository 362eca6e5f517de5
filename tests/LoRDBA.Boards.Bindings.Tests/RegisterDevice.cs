using System.Device.I2c;

namespace LoRDBA.Boards.Bindings.Tests;

/// <summary>A chip with 256 registers of bytes: the first byte of a write selects one, the others are stored, a read goes on from there.</summary>
internal sealed class RegisterDevice : I2cDevice
{
    private int pointer;

    public byte[] Registers { get; } = new byte[256];

    /// <summary>What every transfer throws, as a chip that was unplugged makes the driver do; null for a sound one.</summary>
    public IOException? Fault { get; set; }

    public bool IsDisposed { get; private set; }

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x76);

    public override void Read(Span<byte> buffer)
    {
        ThrowFault();
        for (var i = 0; i < buffer.Length; i++) buffer[i] = Registers[(pointer + i) & 0xFF];
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowFault();
        pointer = buffer[0];
        for (var i = 1; i < buffer.Length; i++) Registers[(pointer + i - 1) & 0xFF] = buffer[i];
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }

    /// <summary>Stores a number, the low byte first.</summary>
    public void SetLittle(int register, int value) => (Registers[register], Registers[register + 1]) = ((byte)value, (byte)(value >> 8));

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    private void ThrowFault()
    {
        if (Fault is not null) throw Fault;
    }
}
