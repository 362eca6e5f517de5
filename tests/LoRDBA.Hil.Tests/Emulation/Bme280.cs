namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// A BME280 as its data sheet (Bosch BST-BME280-DS001) describes the registers: identity, calibration, and one measurement of temperature,
/// pressure and humidity. The first byte written is the register; reading goes on from there.
/// </summary>
/// <remarks>
/// Calibration and raw values of temperature and pressure are the worked example of Bosch's BMP280 data sheet (BST-BMP280-DS001, section
/// 3.12), whose formulas are the same; the humidity's come from the formulas of section 4.2.3, computed in double precision:
/// <code>
/// raw temperature 519888                         25.08 degC     example of the data sheet
/// raw temperature 560000                         37.63 degC     (560000/16384 - 27504/1024) 26435 - 1000 (560000/131072 - 27504/8192)^2, over 5120
/// raw pressure    415148                         1006.53 hPa    example of the data sheet
/// raw humidity    30000, at 25.08 degC           56.21 %
/// raw humidity    30000, at 37.63 degC           56.63 %
/// </code>
/// </remarks>
internal sealed class Bme280
{
    /// <summary>With the pin SDO low.</summary>
    public const byte Address = 0x76;

    private const byte Identity = 0xD0, Reset = 0xE0, ControlHumidity = 0xF2, ControlMeasurement = 0xF4, Configuration = 0xF5, Measurement = 0xF7;

    private readonly byte[] registers = new byte[256];
    private byte pointer;
    private bool isPointerNext;

    public Bme280()
    {
        registers[Identity] = 0x60;
        short[] temperatureAndPressure = [27504, 26435, -1000, unchecked((short)36477), -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
        for (var i = 0; i < temperatureAndPressure.Length; i++) BitConverter.TryWriteBytes(registers.AsSpan(0x88 + 2 * i), temperatureAndPressure[i]);

        // H1 75; H2 370 in two bytes; H3 0; H4 313 and H5 50, which share the byte E5; H6 30.
        registers[0xA1] = 75;
        BitConverter.TryWriteBytes(registers.AsSpan(0xE1), (short)370);
        (registers[0xE4], registers[0xE5], registers[0xE6]) = (313 >> 4, (313 & 15) | (50 & 15) << 4, 50 >> 4);
        registers[0xE7] = 30;
        SetMeasurement(519888, 415148, 30000);
    }

    /// <summary>What the next reading finds: 20, 20 and 16 bits as the converter gives them.</summary>
    public void SetMeasurement(int temperature, int pressure, int humidity)
    {
        lock (registers)
        {
            var data = registers.AsSpan(Measurement);
            (data[0], data[1], data[2]) = ((byte)(pressure >> 12), (byte)(pressure >> 4), (byte)(pressure << 4));
            (data[3], data[4], data[5]) = ((byte)(temperature >> 12), (byte)(temperature >> 4), (byte)(temperature << 4));
            (data[6], data[7]) = ((byte)(humidity >> 8), (byte)humidity);
        }
    }

    /// <summary>A transfer with this address begins.</summary>
    public void Begin() => isPointerNext = true;

    /// <summary>A byte from the guest; whether it is acknowledged.</summary>
    public bool Write(byte value)
    {
        if (isPointerNext) pointer = value;
        else if (pointer is Reset or ControlHumidity or ControlMeasurement or Configuration) WriteRegister(value);
        isPointerNext = !isPointerNext;     // register and value come in pairs
        return true;
    }

    /// <summary>A byte for the guest.</summary>
    public byte Read()
    {
        lock (registers) return registers[pointer++];
    }

    /// <summary>A measurement that was asked for (mode 1 or 2: forced) is there at once, and the sensor sleeps again.</summary>
    private void WriteRegister(byte value)
    {
        if (pointer == Reset) value = 0;
        if (pointer == ControlMeasurement && (value & 3) is 1 or 2) value &= 0xFC;
        registers[pointer] = value;
    }
}
