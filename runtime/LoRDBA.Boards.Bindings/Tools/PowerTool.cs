using System.Text.Json;
using Iot.Device.Adc;
using UnitsNet;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>Tells what a supply delivers: an INA219, calibrated by the caller (<see cref="Ina219.SetCalibration"/>).</summary>
/// <param name="sensor">The binding.</param>
/// <param name="shouldDispose">Whether the binding is disposed with the tool.</param>
public sealed class PowerTool(Ina219 sensor, bool shouldDispose = true) : DeviceTool("power", "Tells voltage (volts), current (amperes) and power (watts) of the supply.")
{
    /// <summary>Measures.</summary>
    /// <exception cref="IOException">The sensor does not answer on its bus.</exception>
    public (ElectricPotential Voltage, ElectricCurrent Current, Power Power) Read() => (sensor.ReadBusVoltage(), sensor.ReadCurrent(), sensor.ReadPower());

    /// <inheritdoc/>
    protected override string Run(JsonElement arguments)
    {
        var (voltage, current, power) = Read();
        return JsonSerializer.Serialize(
            new PowerResult(Math.Round(voltage.Volts, 3), Math.Round(current.Amperes, 4), Math.Round((double)power.Watts, 3)), ResultJson.Default.PowerResult);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && shouldDispose) sensor.Dispose();
        base.Dispose(disposing);
    }
}
