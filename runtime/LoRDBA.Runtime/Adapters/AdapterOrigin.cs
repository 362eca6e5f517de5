using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters;

/// <summary>Where an adapter comes from, whatever its form.</summary>
/// <param name="Name">A name for people.</param>
/// <param name="Digest">Of the content.</param>
/// <param name="ByteLength">Of the files.</param>
internal sealed record AdapterOrigin(string Name, Sha256Digest Digest, long ByteLength)
{
    /// <summary>What the base is called where the adapter was trained, if the files say so.</summary>
    public string? BaseName { get; init; }

    /// <summary>What a user should know although the adapter is sound; null for nothing.</summary>
    public string? Notice { get; init; }
}
