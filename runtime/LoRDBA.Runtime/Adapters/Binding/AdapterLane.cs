using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>
/// A session's way through one adapter: which branch acts beside which linear, with what weight and kernels, and the memory
/// between the down and the expand products. The branch stays unmerged: y = W x + weight · up(down(x)).
/// </summary>
/// <remarks>
/// A batch's shrink products are shared out by tokens, and the workers meet before they go up. A single token's are so small that
/// every worker computes them all, for itself alone, and nobody waits.
/// </remarks>
internal sealed unsafe class AdapterLane : IDisposable
{
    private readonly LaneSizes sizes;
    private readonly KernelChoice? kernels;
    private LaneMemory? memory;
    private Adapter? adapter;
    private float weight;

    /// <summary>A lane without an adapter.</summary>
    /// <param name="model">The base.</param>
    /// <param name="batchLength">Tokens in a batch.</param>
    /// <param name="options">Workers, kernels, oracle.</param>
    public AdapterLane(Model model, int batchLength, SessionOptions options)
    {
        sizes = new LaneSizes(Math.Max(batchLength, options.Threads), options.Threads, model.Linears.Max(linear => linear.NIn), 0, 0);
        kernels = options.Oracle ? null : new KernelChoice(options.Kernels, options.StrictKernels, model.Linears.Count);
    }

    /// <summary>Changes the adapter. Allocates only if its rank is larger than any before.</summary>
    /// <exception cref="SessionException">The session is strict and its kernels do not cover the adapter; everything is as it was.</exception>
    public void Switch(Adapter next, float nextWeight)
    {
        if (next is LordbaAdapter lordba) kernels?.Choose(lordba);
        var needed = sizes with { BottleneckLength = next.BottleneckLength, FusedRank = next.FusedRank };
        if (memory is null || !memory.Sizes.Covers(needed))
        {
            needed = memory is null ? needed : memory.Sizes.Max(needed);
            memory?.Dispose();
            memory = new LaneMemory(needed);
        }
        (adapter, weight) = (next, nextWeight);
    }

    /// <summary>Which kernels serve which linear; none for a LoRA and for the oracle, which are float32.</summary>
    public IReadOnlyList<KernelUse> KernelUse => kernels is not null && adapter is LordbaAdapter lordba ? kernels.Describe(lordba) : [];

    /// <summary>z = down(x) of all adapted linears that read x: this worker's tokens.</summary>
    /// <param name="first">The first of the linears; the others follow it in the model's list.</param>
    /// <param name="count">How many linears.</param>
    /// <param name="x">[tokens][n_in]; the workers have to meet before <see cref="Expand"/> unless it is one token.</param>
    /// <param name="worker">Which worker this is.</param>
    public void Shrink(Linear first, int count, in MatMulInput x, int worker)
    {
        if (first.Index < 0) return;
        var own = x.Tokens == 1 ? new Share(0, 1) : Share.Of(x.Tokens, worker, sizes.Workers);
        if (own.Start == own.End) return;
        adapter!.Shrink(new ShrinkCall(first, count, x.Slice(own.Start, own.End - own.Start), x.Tokens == 1 ? worker : own.Start, worker, memory!, kernels));
    }

    /// <summary>y += weight · up(z), rows [start, end) of all tokens; nothing if the linear is not adapted.</summary>
    /// <param name="linear">Which linear's branch.</param>
    /// <param name="slot">Which of the linears that were taken down together it is.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="worker">Which worker this is.</param>
    public void Expand(Linear linear, int slot, int tokens, float* y, Share rows, int worker)
    {
        if (rows.Start == rows.End || adapter!.Branch(linear) is not { } branch) return;
        var kernel = branch is LordbaBranch ? kernels?.Expand(linear) : null;
        branch.Expand(kernel, memory!.Bottleneck(slot, tokens == 1 ? worker : 0), memory.Stride, tokens, y, rows.Start, rows.End, weight);
    }

    public void Dispose() => memory?.Dispose();
}
