namespace LoRDBA.Examples.HomePanel.Sensor;

/// <summary>Stands for the sensors where the program is built without their bindings.</summary>
internal static class ClimateBus
{
    /// <exception cref="SensorException">In any case.</exception>
    public static ClimateSensor Open(int bus, int address) =>
        throw new SensorException($"Sensor:Address is 0x{address:x} on bus {bus}, and this program was built without sensors. Publish it with -p:Bindings=true, or set Sensor:Address to none.");
}
