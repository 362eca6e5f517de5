namespace LoRDBA.Runtime.Adapters;

/// <summary>
/// What an adapter adds to one linear, never merged into it: y += weight · up(down(x)), through a bottleneck of
/// <see cref="Rank"/> values. Immutable; any number of workers call it at once.
/// </summary>
internal abstract unsafe class AdapterBranch
{
    /// <summary>Width of the bottleneck.</summary>
    public abstract int Rank { get; }

    /// <summary>z[t, k] = down(x[t])[k] for k in [<paramref name="rankStart"/>, <paramref name="rankEnd"/>).</summary>
    /// <param name="x">[tokens][n_in]</param>
    /// <param name="tokens">How many.</param>
    /// <param name="z">[tokens][zStride]</param>
    /// <param name="zStride">Elements from one token's z to the next's; at least the rank.</param>
    /// <param name="rankStart">First k.</param>
    /// <param name="rankEnd">k after the last.</param>
    public abstract void Down(float* x, int tokens, float* z, int zStride, int rankStart, int rankEnd);

    /// <summary>y[t, row] += weight · up(z[t])[row] for row in [<paramref name="rowStart"/>, <paramref name="rowEnd"/>).</summary>
    /// <param name="z">[tokens][zStride]</param>
    /// <param name="tokens">How many.</param>
    /// <param name="zStride">Elements from one token's z to the next's.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">Row after the last.</param>
    /// <param name="weight">The session's weight of the adapter.</param>
    public abstract void Up(float* z, int tokens, int zStride, float* y, int rowStart, int rowEnd, float weight);
}
