using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>A LoRA in a step: float32, whatever the engine's kernels.</summary>
internal sealed unsafe class BoundLora(LoraAdapter adapter) : BoundAdapter
{
    private const int LineBytes = 64;

    /// <inheritdoc/>
    public override int BottleneckLength => LineBytes * ((adapter.MaxRank * sizeof(float) + LineBytes - 1) / LineBytes);

    /// <inheritdoc/>
    public override int FusedRank => 0;

    /// <inheritdoc/>
    public override bool Adapts(InputGroup group)
    {
        foreach (var linear in group.Linears)
            if (adapter.BranchOf(linear) is not null) return true;
        return false;
    }

    /// <inheritdoc/>
    public override void Shrink(in ShrinkCall call)
    {
        foreach (var linear in call.Group.Linears)
            adapter.BranchOf(linear)?.Shrink(call.X.Values, call.X.Tokens, (float*)call.Scratch.Bottleneck(linear.Slot, call.Row), call.Scratch.Stride / sizeof(float));
    }

    /// <inheritdoc/>
    public override void Expand(Linear linear, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight) =>
        adapter.BranchOf(linear)?.Expand((float*)z, zStride / sizeof(float), tokens, y, rowStart, rowEnd, weight);
}
