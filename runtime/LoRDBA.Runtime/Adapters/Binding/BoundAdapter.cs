using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>
/// An adapter with the kernels that serve it: y += weight · expand(shrink(x)) beside a linear, through a bottleneck of rank values.
/// Immutable;
/// any number of workers and engines call it at once. It lives as long as its adapter.
/// </summary>
internal abstract unsafe class BoundAdapter
{
    /// <summary>Bytes that lie between shrink and expand of one token and linear, in whole cache lines.</summary>
    public abstract int BottleneckLength { get; }

    /// <summary>The most ranks that one shrink has; 0 where it needs no scratch.</summary>
    public abstract int FusedRank { get; }

    /// <summary>Which kernels serve which linear; none for float32.</summary>
    public virtual IReadOnlyList<KernelUse> KernelUse => [];

    /// <summary>What the set of kernels lacks, for a person; null if it covers everything.</summary>
    public virtual string? Missing => null;

    /// <summary>Whether any linear of an input is adapted.</summary>
    public abstract bool Adapts(InputGroup group);

    /// <summary>Takes the input of a group of linears to the bottleneck of each that is adapted: n_in → rank.</summary>
    public abstract void Shrink(in ShrinkCall call);

    /// <summary>y[t, row] += weight · expand(z[t])[row] for row in [<paramref name="rowStart"/>, <paramref name="rowEnd"/>): rank →
    /// n_out. Nothing where the linear is not adapted.</summary>
    /// <param name="linear">Which linear's branch.</param>
    /// <param name="z">[tokens], as <see cref="Shrink"/> left it.</param>
    /// <param name="zStride">Bytes from one token's z to the next's.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">Row after the last.</param>
    /// <param name="weight">The sequence's weight of the adapter.</param>
    public abstract void Expand(Linear linear, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight);
}
