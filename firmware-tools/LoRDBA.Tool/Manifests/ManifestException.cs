using LoRDBA.Runtime;

namespace LoRDBA.Tool.Manifests;

/// <summary>Why there is no manifest for an adapter.</summary>
internal enum ManifestError
{
    /// <summary>It has no signs.</summary>
    NoLordba,
    /// <summary>A rank is larger than kernels are generated for.</summary>
    RankTooHigh,
}

/// <summary>An adapter that no kernels can be generated for; the message says what to do.</summary>
internal sealed class ManifestException(ManifestError error, string message) : LordbaException(message)
{
    /// <summary>The cause.</summary>
    public ManifestError Error { get; } = error;

    /// <inheritdoc/>
    public override string Code => CodeOf("manifest", Error);
}
