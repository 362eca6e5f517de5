using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters;

/// <summary>Which set of kernels serves an adapted linear.</summary>
/// <param name="Linear">The weight, for example blk.0.attn_q.weight.</param>
/// <param name="Down">The set of its down product.</param>
/// <param name="Up">The set of its up product.</param>
public readonly record struct KernelUse(string Linear, string Down, string Up)
{
    /// <summary>What the runtime's own kernels, for any shape, are called here.</summary>
    public const string Generic = "generic";
}

/// <summary>A session's choice of sign kernels for the adapter that acts: those of its set where it has the shape, the generic ones elsewhere.</summary>
internal sealed class KernelChoice(SignKernels? set, bool strict, int linears)
{
    private readonly DownKernel[] down = new DownKernel[linears];
    private readonly UpKernel[] up = new UpKernel[linears];

    /// <summary>The down kernel of a stage.</summary>
    public DownKernel Down(LordbaStage stage) => down[stage.Number];

    /// <summary>The up kernel of a linear.</summary>
    public UpKernel Up(Linear linear) => up[linear.Index];

    /// <summary>Chooses for every stage and branch. Allocates nothing.</summary>
    /// <exception cref="SessionException">The session is strict and the set lacks a shape; the choice is as it was.</exception>
    public void Choose(LordbaAdapter adapter)
    {
        if (strict) Demand(adapter);
        foreach (var stage in adapter.Stages) down[stage.Number] = set?.FindDown(stage.NIn, stage.Rank) ?? stage.GenericKernel;
        foreach (var branch in adapter.Branches)
            if (branch is not null) up[branch.Linear.Index] = set?.FindUp(branch.Linear.NOut, branch.Rank) ?? branch.GenericKernel;
    }

    /// <summary>Which set serves which linear.</summary>
    public IReadOnlyList<KernelUse> Describe(LordbaAdapter adapter)
    {
        string NameOf(bool isGeneric) => isGeneric ? KernelUse.Generic : set!.Name;
        return [.. from stage in adapter.Stages
                   from part in stage.Parts
                   orderby part.Branch.Linear.Index
                   select new KernelUse(part.Branch.Linear.Name, NameOf(Down(stage) == stage.GenericKernel), NameOf(Up(part.Branch.Linear) == part.Branch.GenericKernel))];
    }

    private void Demand(LordbaAdapter adapter)
    {
        foreach (var stage in adapter.Stages)
            if (set?.FindDown(stage.NIn, stage.Rank) is null) throw Missing(adapter, stage.Parts[0].Branch, $"the down product of n_in {stage.NIn}, rank {stage.Rank}");
        foreach (var branch in adapter.Branches)
            if (branch is not null && set?.FindUp(branch.Linear.NOut, branch.Rank) is null)
                throw Missing(adapter, branch, $"the up product of n_out {branch.Linear.NOut}, rank {branch.Rank}");
    }

    private SessionException Missing(LordbaAdapter adapter, LordbaBranch branch, string product) =>
        new($"{set?.Name ?? "No generated set"} has no kernel for {product} ({branch.Linear.Name} of {adapter.Name}), and the session is strict: add the adapter to the manifest with `lordba manifest` and build again.");
}
