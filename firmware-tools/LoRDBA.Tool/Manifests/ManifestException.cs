using LoRDBA.Runtime;

namespace LoRDBA.Tool.Manifests;

/// <summary>An adapter that no kernels can be generated for; the message says what to do.</summary>
internal sealed class ManifestException(string message) : LordbaException(message)
{
    /// <inheritdoc/>
    public override string Code => "manifest.no-lordba";
}
