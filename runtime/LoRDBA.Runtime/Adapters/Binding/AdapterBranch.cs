using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>
/// What an adapter adds to one linear, never merged into it: y += weight · up(down(x)), through a bottleneck of
/// <see cref="Rank"/> values. Immutable; any number of workers call it at once. The adapter itself takes the
/// linears of one input down together (<see cref="Adapter.Shrink"/>).
/// </summary>
internal abstract unsafe class AdapterBranch
{
    /// <summary>Width of the bottleneck.</summary>
    public abstract int Rank { get; }

    /// <summary>y[t, row] += weight · up(z[t])[row] for row in [<paramref name="rowStart"/>, <paramref name="rowEnd"/>).</summary>
    /// <param name="kernel">Serves a sign branch; null for float32.</param>
    /// <param name="z">[tokens], as <see cref="Adapter.Shrink"/> left it.</param>
    /// <param name="zStride">Bytes from one token's z to the next's.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">Row after the last.</param>
    /// <param name="weight">The session's weight of the adapter.</param>
    public abstract void Expand(ExpandKernel? kernel, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight);
}
