using System.Device.I2c;
using Iot.Device.Bmxx80;
using Iot.Device.Sht3x;
using LoRDBA.Boards.Bindings.Tools;
using UnitsNet;

namespace LoRDBA.Examples.HomePanel.Sensor;

/// <summary>The sensors on an I2C bus: the address tells which it is.</summary>
internal static class ClimateBus
{
    /// <summary>Names the sensor. It is opened when it is first read: a bus that is not there yet is no reason not to start.</summary>
    public static ClimateSensor Open(int bus, int address) => new I2cClimate(bus, address);

    private sealed class I2cClimate(int bus, int address) : ClimateSensor
    {
        private ClimateTool? tool;

        protected override string Name => IsBme280 ? "BME280" : "SHT3x";

        private bool IsBme280 => address is 0x76 or 0x77;

        public override void Dispose() => tool?.Dispose();

        protected override (Temperature Temperature, RelativeHumidity Humidity) Read()
        {
            try
            {
                tool ??= Open();
                return tool.TryRead(out var temperature, out var humidity)
                    ? (temperature, humidity)
                    : throw new SensorException($"The {Name} at 0x{address:x} on /dev/i2c-{bus} has measured nothing.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Opened anew at the next reading: the sensor may have been plugged in by then.
                tool?.Dispose();
                tool = null;
                throw new SensorException($"The {Name} at 0x{address:x} does not answer on /dev/i2c-{bus}. Is it wired to SDA and SCL, and is the bus enabled (raspi-config, Interface, I2C)? {e.Message}", e);
            }
        }

        private ClimateTool Open()
        {
            var wire = I2cDevice.Create(new I2cConnectionSettings(bus, address));
            try
            {
                return IsBme280 ? new ClimateTool(new Bme280(wire)) : new ClimateTool(new Sht3x(wire));
            }
            catch
            {
                wire.Dispose();
                throw;
            }
        }
    }
}
