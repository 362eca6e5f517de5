namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>Which set of kernels serves an adapted linear.</summary>
/// <param name="Linear">The weight, for example blk.0.attn_q.weight.</param>
/// <param name="Shrink">The set of its shrink, n_in → rank.</param>
/// <param name="Expand">The set of its expand, rank → n_out.</param>
public readonly record struct KernelUse(string Linear, string Shrink, string Expand)
{
    /// <summary>What the runtime's own kernels, for any shape, are called here.</summary>
    public const string Generic = "generic";
}
