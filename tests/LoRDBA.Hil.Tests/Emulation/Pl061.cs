namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The GPIO chip of qemu's machine <c>virt</c>, an Arm PL061 with eight lines, seen from outside the guest.
/// </summary>
/// <remarks>
/// What its model does, and what the bus of two lines (<see cref="I2cWire"/>) is built on:
/// <code>
/// line is an output         the level that the guest sets goes out and is told; what is driven from outside is ignored
/// line becomes an input     it keeps the level that it had, until the outside drives it
/// line is an input          the guest reads what was driven last
/// </code>
/// </remarks>
internal sealed class Pl061
{
    /// <summary>Arm DDI 0190: 256 data registers, one per mask of lines, at four times the mask; then the directions, 1 for an output.</summary>
    private const ulong Data = 0x0903_0000, Direction = Data + 0x400, EdgesWaiting = Data + 0x414;

    private readonly QtestClient qtest;
    private readonly string device;

    public Pl061(QtestClient qtest, string device)
    {
        (this.qtest, this.device) = (qtest, device);
        qtest.InterceptOutputs(device);
    }

    /// <summary>The lines that the guest drives now, a bit each.</summary>
    public uint ReadDirection() => qtest.ReadRegister(Direction);

    /// <summary>Sets the output of a line that the guest drives, as the guest itself would.</summary>
    public void SetOutput(int line) => qtest.WriteRegister(Data + (1u << line << 2), 1u << line);

    /// <summary>The edges, a bit per line, that the guest's interrupt handler has not taken yet: the chip holds one per line.</summary>
    public uint ReadEdgesWaiting() => qtest.ReadRegister(EdgesWaiting);

    /// <summary>Drives a line from outside.</summary>
    public void Drive(int line, bool level) => qtest.SetInput(device, line, level);
}
