using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Stands in for an adapter and adds up the squares of everything that its branches are given, so that a session needs no hook of its own to
/// be measured. For sessions of one thread.
/// </summary>
internal sealed unsafe class InputProbe : Adapter
{
    private readonly Adapter inner;
    private readonly ProbeBranch?[] branches;

    /// <param name="inner">What acts; it must outlive the probe.</param>
    public InputProbe(Adapter inner) : base(inner.Model, inner.Name, inner.Digest)
    {
        this.inner = inner;
        branches = [.. inner.Model.Linears.Select(linear => inner.Branch(linear) is { } branch ? new ProbeBranch(branch, linear.NIn) : null)];
    }

    /// <inheritdoc/>
    public override AdapterKind Kind => inner.Kind;

    /// <inheritdoc/>
    public override int MaxRank => inner.MaxRank;

    /// <inheritdoc/>
    public override long ByteLength => inner.ByteLength;

    /// <summary>Sums of squares, [n_in]; null for a linear that is not adapted.</summary>
    public double[]? SquaresOf(Linear linear) => branches[linear.Index]?.Squares;

    internal override AdapterBranch? Branch(Linear linear) => linear.Index < 0 ? null : branches[linear.Index];

    private protected override void Free() { }

    private sealed class ProbeBranch(AdapterBranch inner, int nIn) : AdapterBranch
    {
        public double[] Squares { get; } = new double[nIn];

        public override int Rank => inner.Rank;

        public override void Down(float* x, int tokens, float* z, int zStride, int rankStart, int rankEnd)
        {
            for (var t = 0; t < tokens; t++)
                for (var j = 0; j < nIn; j++) Squares[j] += (double)x[(long)t * nIn + j] * x[(long)t * nIn + j];
            inner.Down(x, tokens, z, zStride, rankStart, rankEnd);
        }

        public override void Up(float* z, int tokens, int zStride, float* y, int rowStart, int rowEnd, float weight) =>
            inner.Up(z, tokens, zStride, y, rowStart, rowEnd, weight);
    }
}
