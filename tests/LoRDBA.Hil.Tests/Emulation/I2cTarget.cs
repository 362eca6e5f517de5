namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The bits of an I2C bus as a target sees them: START, STOP, eight bits and an acknowledgement. Bytes go to and come from the sensor.
/// </summary>
/// <remarks>
/// <code>
/// START  A6 A5 A4 A3 A2 A1 A0 R/W  ack  D7 ... D0  ack  ...  STOP
/// bit     0  1  2  3  4  5  6  7    8   0       7   8
/// </code>
/// </remarks>
internal sealed class I2cTarget(Bme280 sensor)
{
    private enum Phase { Idle, Ignored, Address, Write, Read }

    private Phase phase;
    private int bit;                // of the byte that is on the bus; 8 is the acknowledgement
    private int value;              // the bits so far, or the byte that is sent
    private bool isAcknowledged;    // by this target (address, write) or by the guest (read)

    /// <summary>Transfers that began.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether the target pulls SDA low at the next rise of the clock.</summary>
    public bool PullsLow { get; private set; }

    /// <summary>SDA fell while the clock was high.</summary>
    public void Start()
    {
        Starts++;
        (phase, bit, value, PullsLow) = (Phase.Address, -1, 0, false);
    }

    /// <summary>SDA rose while the clock was high.</summary>
    public void Stop() => (phase, PullsLow) = (Phase.Idle, false);

    /// <summary>The clock rises, with this level of SDA.</summary>
    public void ClockRises(bool level)
    {
        if (phase is Phase.Idle or Phase.Ignored) return;
        if (bit == 8)
        {
            if (phase == Phase.Read) isAcknowledged = !level;
        }
        else if (phase != Phase.Read)
        {
            value = value << 1 | (level ? 1 : 0);
        }
    }

    /// <summary>The clock fell: the next bit begins.</summary>
    public void ClockFell()
    {
        if (phase is Phase.Idle or Phase.Ignored) return;
        switch (++bit)
        {
            case 8: ByteEnds(); break;
            case 9: ByteBegins(); break;
        }
        PullsLow = bit == 8 ? phase != Phase.Read && isAcknowledged : phase == Phase.Read && (value >> (7 - bit) & 1) == 0;
    }

    private void ByteEnds()
    {
        if (phase == Phase.Address) isAcknowledged = value >> 1 == Bme280.Address;
        else if (phase == Phase.Write) isAcknowledged = sensor.Write((byte)value);
    }

    private void ByteBegins()
    {
        if (phase == Phase.Address && isAcknowledged)
        {
            phase = (value & 1) != 0 ? Phase.Read : Phase.Write;
            sensor.Begin();
        }
        else if (!isAcknowledged)
        {
            phase = Phase.Ignored;
        }
        (bit, value) = (0, phase == Phase.Read ? sensor.Read() : 0);
    }
}
