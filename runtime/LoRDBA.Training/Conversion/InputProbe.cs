using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Stands in for an adapter and adds up the squares of everything that its linears are given, so that a session needs no hook to be
/// measured. For sessions of one thread.
/// </summary>
internal sealed unsafe class InputProbe : Adapter
{
    private readonly Adapter inner;
    private readonly double[]?[] squares;

    /// <param name="inner">What acts; it must outlive the probe.</param>
    public InputProbe(Adapter inner) : base(inner.Model, inner.Name, inner.Digest)
    {
        this.inner = inner;
        squares = [.. inner.Model.Linears.Select(linear => inner.Branch(linear) is null ? null : new double[linear.NIn])];
    }

    /// <inheritdoc/>
    public override AdapterKind Kind => inner.Kind;

    /// <inheritdoc/>
    public override int MaxRank => inner.MaxRank;

    /// <inheritdoc/>
    public override long ByteLength => inner.ByteLength;

    internal override int BottleneckLength => inner.BottleneckLength;

    internal override int FusedRank => inner.FusedRank;

    /// <summary>Sums of squares, [n_in]; null for a linear that is not adapted.</summary>
    public double[]? SquaresOf(Linear linear) => squares[linear.Index];

    internal override void Shrink(in ShrinkCall call)
    {
        for (var i = 0; i < call.Count; i++)
        {
            if (squares[call.First.Index + i] is not { } sums) continue;
            for (var t = 0; t < call.X.Tokens; t++)
            {
                var x = call.X.Values + (long)t * sums.Length;
                for (var j = 0; j < sums.Length; j++) sums[j] += (double)x[j] * x[j];
            }
        }
        inner.Shrink(call);
    }

    internal override AdapterBranch? Branch(Linear linear) => inner.Branch(linear);

    private protected override void Free() { }
}
