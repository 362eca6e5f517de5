using LoRDBA.Runtime;

namespace LoRDBA.Tool.Inspection;

/// <summary>A file lacks the tensor that was asked for; the message names both.</summary>
internal sealed class InspectException(string message) : LordbaException(message)
{
    /// <inheritdoc/>
    public override string Code => "inspect.missing-tensor";
}
