using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>What an adapter is in its store.</summary>
public enum StoreRole
{
    /// <summary>It was added, and does not act.</summary>
    Added,
    /// <summary>It acts.</summary>
    Active,
    /// <summary>It acted before, and takes over if the active one fails.</summary>
    Previous,
}

/// <summary>An adapter of a store, as its file is now.</summary>
/// <param name="Digest">Which one.</param>
/// <param name="Role">What it is in the store.</param>
/// <param name="Name">What the file says; null if it is damaged.</param>
/// <param name="ByteLength">Bytes of the file; 0 if it is damaged.</param>
/// <param name="Fault">What is wrong with the file; null if it is sound.</param>
public sealed record StoreSlot(Sha256Digest Digest, StoreRole Role, string? Name, long ByteLength, string? Fault);

/// <summary>All of a store, each adapter verified.</summary>
/// <param name="Slots">Its adapters, in the order of adding.</param>
/// <param name="Bad">Those that failed and are refused since, the oldest first.</param>
/// <param name="Starts">Starts of the active adapter since it was last reported healthy.</param>
public sealed record StoreContent(IReadOnlyList<StoreSlot> Slots, IReadOnlyList<Sha256Digest> Bad, int Starts);
