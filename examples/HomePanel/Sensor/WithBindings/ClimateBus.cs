using System.Device.I2c;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.PowerMode;
using Iot.Device.Sht3x;
using UnitsNet;

namespace LoRDBA.Examples.HomePanel.Sensor;

/// <summary>The sensors on an I2C bus: the address tells which it is.</summary>
internal static class ClimateBus
{
    /// <summary>Opens the sensor when it is first read: a bus that is not there yet is no reason not to start.</summary>
    public static ClimateSensor Open(int bus, int address) => new I2cClimate(bus, address);

    private sealed class I2cClimate(int bus, int address) : ClimateSensor
    {
        private IDisposable? device;

        protected override string Name => address is 0x76 or 0x77 ? "BME280" : "SHT3x";

        public override void Dispose() => device?.Dispose();

        protected override (Temperature Temperature, RelativeHumidity Humidity) Read()
        {
            try
            {
                device ??= Open();
                switch (device)
                {
                    case Bme280 bme280:
                        bme280.SetPowerMode(Bmx280PowerMode.Forced);
                        Thread.Sleep(bme280.GetMeasurementDuration());
                        if (bme280.TryReadTemperature(out var temperature) && bme280.TryReadHumidity(out var humidity)) return (temperature, humidity);
                        break;
                    case Sht3x sht3x:
                        return (sht3x.Temperature, sht3x.Humidity);
                }
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException or UnauthorizedAccessException)
            {
                device?.Dispose();
                device = null;
                throw new SensorException($"The {Name} at 0x{address:x} does not answer on /dev/i2c-{bus}. Is it wired to SDA and SCL, and is the bus enabled (raspi-config, Interface, I2C)? {e.Message}", e);
            }
            throw new SensorException($"The {Name} at 0x{address:x} on /dev/i2c-{bus} has measured nothing.");
        }

        private IDisposable Open()
        {
            var wire = I2cDevice.Create(new I2cConnectionSettings(bus, address));
            return address is 0x76 or 0x77 ? new Bme280(wire) : new Sht3x(wire);
        }
    }
}
