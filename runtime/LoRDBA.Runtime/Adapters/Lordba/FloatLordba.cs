using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>A sign adapter in float32: the oracle of <see cref="BoundLordba"/>.</summary>
internal sealed unsafe class FloatLordba(LordbaAdapter adapter) : BoundAdapter
{
    /// <inheritdoc/>
    public override int BottleneckLength => LookupTables.Stride(adapter.MaxRank);

    /// <inheritdoc/>
    public override int FusedRank => 0;

    /// <inheritdoc/>
    public override bool Adapts(InputGroup group) => adapter.StagesOf(group) is not null;

    /// <inheritdoc/>
    public override void Shrink(in ShrinkCall call)
    {
        foreach (var linear in call.Group.Linears)
            adapter.BranchOf(linear)?.ShrinkFloat(call.X.Values, call.X.Tokens, (float*)call.Scratch.Bottleneck(linear.Slot, call.Row), call.Scratch.Stride / sizeof(float));
    }

    /// <inheritdoc/>
    public override void Expand(Linear linear, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight) =>
        adapter.BranchOf(linear)?.ExpandFloat((float*)z, zStride / sizeof(float), tokens, y, rowStart, rowEnd, weight);
}
