using System.Text.Json;
using Iot.Device.CpuTemperature;
using UnitsNet;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>Tells the processor's temperature.</summary>
/// <param name="sensor">The binding.</param>
/// <param name="shouldDispose">Whether the binding is disposed with the tool.</param>
public sealed class CpuTemperatureTool(CpuTemperature sensor, bool shouldDispose = true) : DeviceTool("cpu_temperature", "Tells how hot the processor of this device is, in degrees Celsius.")
{
    /// <summary>Measures.</summary>
    /// <returns>False where the system does not tell.</returns>
    public bool TryRead(out Temperature temperature)
    {
        var isThere = sensor.IsAvailable;
        temperature = isThere ? sensor.Temperature : default;
        return isThere && double.IsFinite(temperature.DegreesCelsius);
    }

    /// <inheritdoc/>
    protected override string Run(JsonElement arguments) => TryRead(out var temperature)
        ? JsonSerializer.Serialize(new CpuResult(Math.Round(temperature.DegreesCelsius, 1)), ResultJson.Default.CpuResult)
        : throw Failed("This machine has no thermal zone below /sys/class/thermal.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && shouldDispose) sensor.Dispose();
        base.Dispose(disposing);
    }
}
