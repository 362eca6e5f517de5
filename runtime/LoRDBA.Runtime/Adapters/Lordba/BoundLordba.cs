using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>A sign adapter with its kernels: those of a generated set where it has the shape, the generic ones elsewhere.</summary>
internal sealed unsafe class BoundLordba : BoundAdapter
{
    private readonly LordbaAdapter adapter;
    private readonly ShrinkKernel[] shrink;
    private readonly ExpandKernel[][] expand;

    public BoundLordba(LordbaAdapter adapter, SignKernels? set)
    {
        this.adapter = adapter;
        shrink = [.. adapter.Stages.Select(stage => set?.FindShrink(stage.NIn, stage.Rank) ?? stage.GenericKernel)];
        expand = new ExpandKernel[adapter.Model.Linears.Count][];
        foreach (var branch in adapter.Branches)
            if (branch is not null) expand[branch.Linear.Index] = [.. branch.GenericKernels.Select(generic => set?.FindExpand(generic.NOut, generic.Rank) ?? generic)];
        FusedRank = adapter.Stages.Max(stage => stage.Rank);
        Missing = FindMissing(set);
        KernelUse = Describe(set);
    }

    /// <inheritdoc/>
    public override int BottleneckLength => LookupTables.Stride(adapter.MaxRank);

    /// <inheritdoc/>
    public override int FusedRank { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<KernelUse> KernelUse { get; }

    /// <inheritdoc/>
    public override string? Missing { get; }

    /// <inheritdoc/>
    public override bool Adapts(InputGroup group) => adapter.StagesOf(group) is not null;

    /// <inheritdoc/>
    public override void Shrink(in ShrinkCall call)
    {
        if (adapter.StagesOf(call.Group) is not { } stages) return;
        foreach (var stage in stages) stage.Run(shrink[stage.Number], call);
    }

    /// <inheritdoc/>
    public override void Expand(Linear linear, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight) =>
        adapter.BranchOf(linear)?.Expand(expand[linear.Index], z, zStride, tokens, y, rowStart, rowEnd, weight);

    private string? FindMissing(SignKernels? set)
    {
        string Lacks(string product, LordbaBranch branch) => $"{set?.Name ?? "No generated set"} has no kernel for {product} ({branch.Linear.Name} of {adapter.Name})";

        foreach (var stage in adapter.Stages)
            if (set?.FindShrink(stage.NIn, stage.Rank) is null) return Lacks($"the shrink of n_in {stage.NIn}, rank {stage.Rank}", stage.Parts[0].Branch);
        foreach (var branch in adapter.Branches)
        {
            // Of a branch in several passes, the ranks of the pass: that is what a set has kernels for.
            var missing = branch?.GenericKernels.FirstOrDefault(generic => set?.FindExpand(generic.NOut, generic.Rank) is null);
            if (missing is not null) return Lacks($"the expand of n_out {missing.NOut}, rank {missing.Rank}", branch!);
        }
        return null;
    }

    private KernelUse[] Describe(SignKernels? set)
    {
        string NameOf(bool isGeneric) => isGeneric ? Binding.KernelUse.Generic : set!.Name;
        return [.. from stage in adapter.Stages
                   from part in stage.Parts
                   let branch = part.Branch
                   orderby branch.Linear.Index
                   select new KernelUse(branch.Linear.Name, NameOf(shrink[stage.Number] == stage.GenericKernel), NameOf(expand[branch.Linear.Index].Intersect(branch.GenericKernels).Any()))];
    }
}
