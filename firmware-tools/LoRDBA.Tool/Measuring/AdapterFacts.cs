using LoRDBA.Runtime.Inference;

namespace LoRDBA.Tool.Measuring;

/// <summary>Which adapter acted: what every measurement names.</summary>
/// <param name="Name">What the file calls itself.</param>
/// <param name="Digest">SHA-256 of its content.</param>
/// <param name="Weight">What its branch was multiplied with.</param>
internal sealed record AdapterFacts(string Name, string Digest, float Weight)
{
    /// <summary>What acts in a sequence; null for the base alone.</summary>
    public static AdapterFacts? Of(Sequence sequence) =>
        sequence.Active is { } use ? new(use.Adapter.Name, use.Adapter.Digest.ToString(), use.Weight) : null;
}
