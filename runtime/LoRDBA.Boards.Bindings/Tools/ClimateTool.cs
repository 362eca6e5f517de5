using System.Text.Json;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.PowerMode;
using Iot.Device.Sht3x;
using UnitsNet;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>Tells temperature and humidity of the room: a BME280 or an SHT3x.</summary>
public sealed class ClimateTool : DeviceTool
{
    private readonly IDisposable sensor;
    private readonly bool shouldDispose;

    /// <summary>With a BME280. It measures once per call and sleeps between two calls.</summary>
    /// <param name="sensor">The binding.</param>
    /// <param name="shouldDispose">Whether the binding is disposed with the tool.</param>
    public ClimateTool(Bme280 sensor, bool shouldDispose = true) : this((IDisposable)sensor, shouldDispose) { }

    /// <summary>With an SHT3x.</summary>
    /// <inheritdoc cref="ClimateTool(Bme280, bool)"/>
    public ClimateTool(Sht3x sensor, bool shouldDispose = true) : this((IDisposable)sensor, shouldDispose) { }

    private ClimateTool(IDisposable sensor, bool shouldDispose) : base("climate", "Tells temperature (degrees Celsius) and relative humidity (percent) of the room.") =>
        (this.sensor, this.shouldDispose) = (sensor, shouldDispose);

    /// <summary>Measures.</summary>
    /// <param name="temperature">Of the air.</param>
    /// <param name="humidity">Relative, at this temperature.</param>
    /// <returns>False where the sensor has measured nothing.</returns>
    /// <exception cref="IOException">The sensor does not answer on its bus.</exception>
    public bool TryRead(out Temperature temperature, out RelativeHumidity humidity)
    {
        if (sensor is not Bme280 bme280)
        {
            var sht3x = (Sht3x)sensor;
            (temperature, humidity) = (sht3x.Temperature, sht3x.Humidity);
            return true;
        }
        bme280.SetPowerMode(Bmx280PowerMode.Forced);
        Thread.Sleep(bme280.GetMeasurementDuration());
        humidity = default;
        return bme280.TryReadTemperature(out temperature) && bme280.TryReadHumidity(out humidity);
    }

    /// <inheritdoc/>
    protected override string Run(JsonElement arguments) => TryRead(out var temperature, out var humidity)
        ? JsonSerializer.Serialize(new ClimateResult(Math.Round(temperature.DegreesCelsius, 2), Math.Round(humidity.Percent, 2)), ResultJson.Default.ClimateResult)
        : throw Failed("It has measured nothing; another call may.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && shouldDispose) sensor.Dispose();
        base.Dispose(disposing);
    }
}
