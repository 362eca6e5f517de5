using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>A LoRA with real factors, unmerged, as float32 in native memory.</summary>
/// <remarks>
/// Its digest is SHA-256 over the SHA-256 of adapter_config.json and those of the files with the weights; of a GGUF file, the file's
/// SHA-256.
/// </remarks>
internal sealed class LoraAdapter : Adapter
{
    private readonly LoraBranch?[] branches;
    private readonly Arena memory;

    private LoraAdapter(Model model, AdapterOrigin origin, LoraBranch?[] branches, Arena memory) : base(model, origin)
    {
        (this.branches, this.memory) = (branches, memory);
        MaxRank = branches.Max(branch => branch?.Rank ?? 0);
    }

    /// <summary>Makes an adapter of branches that are filled one after another; if one is refused, nothing is left.</summary>
    /// <param name="model">Its base.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="parts">Linear, rank and scaling of each branch.</param>
    /// <param name="fill">Fills the branch of a part, given by its index.</param>
    /// <exception cref="AdapterException">Two parts are for one linear.</exception>
    public static LoraAdapter Create(
        Model model, AdapterOrigin origin, IReadOnlyList<(Linear Linear, int Rank, float Scaling)> parts, Action<int, LoraBranch> fill)
    {
        if (parts.GroupBy(part => part.Linear).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new AdapterException(AdapterError.DuplicateTensor, origin.Name, twice.Key.Name, "two modules are for it. Save one adapter alone.");
        var branches = new LoraBranch?[model.Linears.Count];
        var memory = Arena.Create(arena =>
        {
            foreach (var (linear, rank, scaling) in parts) branches[linear.Index] = LoraBranch.Reserve(arena, linear, rank, scaling);
        }, $"the adapter {origin.Name}");
        try
        {
            for (var i = 0; i < parts.Count; i++) fill(i, branches[parts[i].Linear.Index]!);
            return new LoraAdapter(model, origin, branches, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override AdapterKind Kind => AdapterKind.Lora;

    /// <inheritdoc/>
    public override int MaxRank { get; }

    /// <inheritdoc/>
    public override int RankOf(Linear linear) => BranchOf(linear)?.Rank ?? 0;

    /// <summary>The branch beside a linear, or null where there is none.</summary>
    public LoraBranch? BranchOf(Linear linear) => linear.Index < 0 ? null : branches[linear.Index];

    // Its arithmetic is float32 whatever the source: there are no kernels to choose.
    private protected override BoundAdapter BindTo(KernelSource source) => new BoundLora(this);

    private protected override LoraFactors ReadFactors(Linear linear) => BranchOf(linear)!.ToFactors(linear);

    private protected override void FreeContent() => memory.Dispose();
}
