using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>Which set of kernels serves an adapted linear.</summary>
/// <param name="Linear">The weight, for example blk.0.attn_q.weight.</param>
/// <param name="Shrink">The set of its shrink product.</param>
/// <param name="Expand">The set of its expand product.</param>
public readonly record struct KernelUse(string Linear, string Shrink, string Expand)
{
    /// <summary>What the runtime's own kernels, for any shape, are called here.</summary>
    public const string Generic = "generic";
}

/// <summary>A session's choice of sign kernels for the adapter that acts: those of its set where it has the shape, the generic ones elsewhere.</summary>
internal sealed class KernelChoice(SignKernels? set, bool strict, int linears)
{
    private readonly ShrinkKernel[] down = new ShrinkKernel[linears];
    private readonly ExpandKernel[] up = new ExpandKernel[linears];

    /// <summary>The shrink kernel of a stage.</summary>
    public ShrinkKernel Shrink(LordbaStage stage) => down[stage.Number];

    /// <summary>The expand kernel of a linear.</summary>
    public ExpandKernel Expand(Linear linear) => up[linear.Index];

    /// <summary>Chooses for every stage and branch. Allocates nothing.</summary>
    /// <exception cref="SessionException">The session is strict and the set lacks a shape; the choice is as it was.</exception>
    public void Choose(LordbaAdapter adapter)
    {
        if (strict) Demand(adapter);
        foreach (var stage in adapter.Stages) down[stage.Number] = set?.FindShrink(stage.NIn, stage.Rank) ?? stage.GenericKernel;
        foreach (var branch in adapter.Branches)
            if (branch is not null) up[branch.Linear.Index] = set?.FindExpand(branch.Linear.NOut, branch.Rank) ?? branch.GenericKernel;
    }

    /// <summary>Which set serves which linear.</summary>
    public IReadOnlyList<KernelUse> Describe(LordbaAdapter adapter)
    {
        string NameOf(bool isGeneric) => isGeneric ? KernelUse.Generic : set!.Name;
        return [.. from stage in adapter.Stages
                   from part in stage.Parts
                   orderby part.Branch.Linear.Index
                   select new KernelUse(part.Branch.Linear.Name, NameOf(Shrink(stage) == stage.GenericKernel), NameOf(Expand(part.Branch.Linear) == part.Branch.GenericKernel))];
    }

    private void Demand(LordbaAdapter adapter)
    {
        foreach (var stage in adapter.Stages)
            if (set?.FindShrink(stage.NIn, stage.Rank) is null) throw Missing(adapter, stage.Parts[0].Branch, $"the shrink product of n_in {stage.NIn}, rank {stage.Rank}");
        foreach (var branch in adapter.Branches)
            if (branch is not null && set?.FindExpand(branch.Linear.NOut, branch.Rank) is null)
                throw Missing(adapter, branch, $"the expand product of n_out {branch.Linear.NOut}, rank {branch.Rank}");
    }

    private SessionException Missing(LordbaAdapter adapter, LordbaBranch branch, string product) =>
        new(SessionError.KernelsLackShape, $"{set?.Name ?? "No generated set"} has no kernel for {product} ({branch.Linear.Name} of {adapter.Name}), and the session is strict: add the adapter to the manifest with `lordba manifest` and build again.");
}
