using System.Runtime.InteropServices;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Adapters;

/// <summary>
/// A session's way through one adapter: which branch acts beside which linear, with what weight, and room for what comes
/// out of the down products. The branch stays unmerged: y = W x + weight · up(down(x)).
/// </summary>
internal sealed unsafe class AdapterLane : IDisposable
{
    /// <summary>Linears that read one input, and so are taken down together: q, k and v.</summary>
    private const int Slots = 3;

    /// <summary>Ranks that a kernel takes in one pass; a split between workers falls on a multiple of it.</summary>
    private const int RankUnit = 8;

    private readonly int batchLength;
    private float* z;
    private int rankCapacity;
    private Adapter? adapter;
    private float weight;

    public AdapterLane(int batchLength) => this.batchLength = batchLength;

    /// <summary>Changes the adapter. Allocates only if its rank is larger than any before.</summary>
    public void Switch(Adapter next, float nextWeight)
    {
        if (next.MaxRank > rankCapacity)
        {
            NativeMemory.AlignedFree(z);
            z = null;
            rankCapacity = next.MaxRank;
            z = (float*)NativeMemory.AlignedAlloc((nuint)((long)Slots * batchLength * rankCapacity * sizeof(float)), 64);
        }
        (adapter, weight) = (next, nextWeight);
    }

    /// <summary>z = down(x), this worker's share of it; nothing if the linear is not adapted.</summary>
    /// <param name="linear">Which linear's branch.</param>
    /// <param name="slot">Where z is kept: linears that are taken down together use different ones.</param>
    /// <param name="x">[tokens][n_in]</param>
    /// <param name="tokens">How many.</param>
    /// <param name="worker">Which worker this is.</param>
    /// <param name="workers">Of how many.</param>
    public void Down(Linear linear, int slot, float* x, int tokens, int worker, int workers)
    {
        if (adapter!.Branch(linear) is not { } branch) return;

        // A panel is shared out by tokens. A single token has only its ranks to share.
        var (own, ranks) = tokens >= workers
            ? (Share.Of(tokens, worker, workers), new Share(0, branch.Rank))
            : (new Share(0, tokens), Share.Of(branch.Rank, worker, workers, RankUnit));
        if (own.Start == own.End || ranks.Start == ranks.End) return;
        branch.Down(x + (long)own.Start * linear.NIn, own.End - own.Start, Slot(slot) + (long)own.Start * rankCapacity, rankCapacity, ranks.Start, ranks.End);
    }

    /// <summary>y += weight · up(z), rows [start, end) of all tokens; nothing if the linear is not adapted.</summary>
    /// <param name="linear">Which linear's branch.</param>
    /// <param name="slot">Where <see cref="Down"/> put z.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rows">Which rows.</param>
    public void Up(Linear linear, int slot, int tokens, float* y, Share rows)
    {
        if (rows.Start < rows.End && adapter!.Branch(linear) is { } branch)
            branch.Up(Slot(slot), tokens, rankCapacity, y, rows.Start, rows.End, weight);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(z);
        z = null;
    }

    private float* Slot(int slot) => z + (long)slot * batchLength * rankCapacity;
}
