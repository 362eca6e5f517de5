using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <summary>
/// The adapters' part in a step: which of them acts on which rows, each run of rows with one adapter and one weight. A branch stays
/// unmerged:
/// y = W x + weight · expand(shrink(x)).
/// </summary>
/// <remarks>
/// The shrinks of several tokens are shared out by tokens, and the workers sync before they expand. A single token's shrinks are so small
/// that
/// every worker computes them all, for itself alone, and nobody waits.
/// </remarks>
internal sealed unsafe class AdapterPass(AdapterScratch scratch, int rows)
{
    private readonly record struct Run(BoundAdapter Adapter, float Weight, int First, int Count);

    private readonly Run[] runs = new Run[rows];
    private int count;

    /// <summary>No adapter acts.</summary>
    public void Clear()
    {
        runs.AsSpan(0, count).Clear();
        count = 0;
    }

    /// <summary>What acts in a sequence acts on these rows, which lie behind those of all former calls.</summary>
    public void Add(Sequence sequence, int first, int length)
    {
        if (sequence.Bound is not { } adapter || length == 0) return;
        ref var last = ref runs[Math.Max(0, count - 1)];
        if (count > 0 && last.Adapter == adapter && last.Weight == sequence.Weight && last.First + last.Count == first) last = last with { Count = last.Count + length };
        else runs[count++] = new Run(adapter, sequence.Weight, first, length);
    }

    /// <summary>Whether any of them has a branch beside a linear of this input.</summary>
    public bool Adapts(InputGroup group)
    {
        for (var i = 0; i < count; i++)
            if (runs[i].Adapter.Adapts(group)) return true;
        return false;
    }

    /// <summary>z = shrink(x) for all adapted linears of an input: this worker's rows.</summary>
    /// <param name="group">The linears.</param>
    /// <param name="x">[rows][n_in]; the workers have to sync before <see cref="Expand"/> unless it is one row.</param>
    /// <param name="worker">Which worker this is.</param>
    /// <param name="workers">How many there are.</param>
    public void Shrink(InputGroup group, in MatMulInput x, int worker, int workers)
    {
        if (x.Tokens == 1)
        {
            // Row 0 is the run's, and the worker's own row is where its z goes.
            if (count > 0) runs[0].Adapter.Shrink(new ShrinkCall(group, x, worker, worker, scratch));
            return;
        }
        var own = Share.Of(x.Tokens, worker, workers);
        for (var i = 0; i < count; i++)
        {
            var first = Math.Max(own.Start, runs[i].First);
            var length = Math.Min(own.End, runs[i].First + runs[i].Count) - first;
            if (length > 0) runs[i].Adapter.Shrink(new ShrinkCall(group, x.Slice(first, length), first, worker, scratch));
        }
    }

    /// <summary>y += weight · expand(z), outputs [start, end) of all rows; nothing if the linear is not adapted.</summary>
    /// <param name="linear">Which linear's branch.</param>
    /// <param name="tokens">Rows of the step.</param>
    /// <param name="y">[rows][n_out]</param>
    /// <param name="outputs">Which outputs.</param>
    /// <param name="worker">Which worker this is.</param>
    public void Expand(Linear linear, int tokens, float* y, Share outputs, int worker)
    {
        if (outputs.Start == outputs.End) return;
        for (var i = 0; i < count; i++)
        {
            ref readonly var run = ref runs[i];
            var z = scratch.Bottleneck(linear.Slot, tokens == 1 ? worker : run.First);
            run.Adapter.Expand(linear, z, scratch.Stride, run.Count, y + (long)run.First * linear.NOut, outputs.Start, outputs.End, run.Weight);
        }
    }
}
