using LoRDBA.Runtime;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>The panel was asked for something that it cannot do as it is configured.</summary>
internal sealed class PanelException(string message) : LordbaException(message)
{
    /// <inheritdoc/>
    public override string Code => "panel.not-configured";
}
