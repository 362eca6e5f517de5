using LoRDBA.Runtime;

namespace LoRDBA.Examples.HomePanel.Sensor;

/// <summary>The climate sensor cannot be used.</summary>
internal sealed class SensorException(string message, Exception? inner = null) : LordbaException(message, inner)
{
    /// <inheritdoc/>
    public override string Code => "panel.sensor";
}
