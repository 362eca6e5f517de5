using System.Globalization;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Runtime;
using UnitsNet;

namespace LoRDBA.Examples.HomePanel.Sensor;

/// <summary>Temperature and humidity of the room.</summary>
internal abstract class ClimateSensor : IDisposable
{
    /// <summary>Opens the configured sensor; a simulated one where the lines are; otherwise one that says that there is none.</summary>
    /// <exception cref="LordbaException">This program was built without sensors.</exception>
    public static ClimateSensor Open(PanelOptions options)
    {
        if (options.Sensor.Address != OptionWords.None) return ClimateBus.Open(options.Sensor.Bus, PanelOptionsValidator.AddressOf(options.Sensor.Address)!.Value);
        return options.Lines.AreSimulated ? new SimulatedClimate() : new NoClimate();
    }

    /// <summary>Measures; a sentence with both values.</summary>
    /// <exception cref="LordbaException">The sensor does not answer.</exception>
    public string Tell()
    {
        var (temperature, humidity) = Read();
        return string.Create(CultureInfo.InvariantCulture, $"temperature={temperature.DegreesCelsius:0.00} C | humidity={humidity.Percent:0.00} % | device={Name}");
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>What it is.</summary>
    protected abstract string Name { get; }

    /// <summary>Measures.</summary>
    protected abstract (Temperature Temperature, RelativeHumidity Humidity) Read();

    private sealed class SimulatedClimate : ClimateSensor
    {
        protected override string Name => "simulated";

        public override void Dispose() { }

        protected override (Temperature Temperature, RelativeHumidity Humidity) Read() => (Temperature.FromDegreesCelsius(21.5), RelativeHumidity.FromPercent(45));
    }

    private sealed class NoClimate : ClimateSensor
    {
        protected override string Name => OptionWords.None;

        public override void Dispose() { }

        protected override (Temperature Temperature, RelativeHumidity Humidity) Read() =>
            throw new SensorException("There is no sensor. Set Sensor:Bus and Sensor:Address.");
    }
}
