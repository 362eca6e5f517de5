namespace LoRDBA.Runtime.Adapters;

/// <summary>What a program takes for an adapter. Every way to load one asks it.</summary>
public sealed record AdapterPolicy
{
    /// <summary>Anything that is sound and fits the model.</summary>
    public static AdapterPolicy Any { get; } = new();

    /// <summary>The kinds that are allowed; all of them if it is not set.</summary>
    public IReadOnlyCollection<AdapterKind> Kinds { get; init; } = Enum.GetValues<AdapterKind>();

    /// <exception cref="AdapterException">It does not allow this kind.</exception>
    internal void Demand(AdapterKind kind, string path)
    {
        if (!Kinds.Contains(kind))
            throw new AdapterException(AdapterError.NotAllowed, path, "kind", $"this program loads no adapter of the kind {kind}, only {string.Join(", ", Kinds)}.");
    }
}
