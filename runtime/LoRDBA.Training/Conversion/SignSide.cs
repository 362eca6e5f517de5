using System.Numerics.Tensors;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// One side of a double-binary approximation while it is being fitted: Z [channels][rank], a row of signs times one scale
/// for each channel (an input or an output), together with what the other side has to know about it.
/// </summary>
/// <remarks>
/// The other side only ever sees matrices with at most rank or source rank rows and columns, whatever the number of channels:
/// <code>
///   Gram      = Zᵀ diag(p) Z     [rank][rank]           p: weight of each channel
///   Inner     = Vᵀ Z             [source rank][rank]    V: the singular vectors of the update on this side
///   Weighted  = Vᵀ diag(p) Z     [source rank][rank]    equal to Inner where all weights are 1
///   InnerGram = Innerᵀ Inner     [rank][rank]
/// </code>
/// </remarks>
internal sealed class SignSide
{
    private readonly ChannelSearch search;
    private readonly double[] basis;
    private readonly double[] weights;

    // Of the channel at hand: its scaled signs apart from others, the matrix and the vector of its quadratic.
    private readonly double[] change;
    private readonly double[] quadratic;
    private readonly double[] linear;

    /// <param name="basis">V, [channels][source rank], orthonormal columns.</param>
    /// <param name="weights">p, [channels], at least 0.</param>
    /// <param name="sourceRank">Rank of the update.</param>
    /// <param name="rank">Rank of the signs.</param>
    public SignSide(double[] basis, double[] weights, int sourceRank, int rank)
    {
        (this.basis, this.weights, SourceRank, Rank, Channels) = (basis, weights, sourceRank, rank, weights.Length);
        Signs = new double[Channels * rank];
        Scales = new double[Channels];
        Gram = new double[rank * rank];
        InnerGram = new double[rank * rank];
        Inner = new double[sourceRank * rank];
        Weighted = new double[sourceRank * rank];
        search = new ChannelSearch(rank);
        change = new double[rank];
        linear = new double[rank];
        quadratic = new double[rank * rank];
    }

    public int Channels { get; }

    public int SourceRank { get; }

    public int Rank { get; }

    /// <summary>[channels][rank] of ±1.</summary>
    public double[] Signs { get; }

    /// <summary>[channels], at least 0.</summary>
    public double[] Scales { get; }

    /// <summary>Zᵀ diag(p) Z</summary>
    public double[] Gram { get; }

    /// <summary>Vᵀ Z</summary>
    public double[] Inner { get; }

    /// <summary>Vᵀ diag(p) Z</summary>
    public double[] Weighted { get; }

    /// <summary>Innerᵀ Inner</summary>
    public double[] InnerGram { get; }

    /// <summary>The channel's row of V, [source rank].</summary>
    public ReadOnlySpan<double> BasisOf(int channel) => basis.AsSpan(channel * SourceRank, SourceRank);

    /// <summary>The channel's signs, [rank].</summary>
    public Span<double> SignsOf(int channel) => Signs.AsSpan(channel * Rank, Rank);

    /// <summary>Turns the signs of one rank in all channels.</summary>
    public void Turn(int rank)
    {
        for (var channel = 0; channel < Channels; channel++) SignsOf(channel)[rank] *= -1;
        Refresh();
    }

    /// <summary>ZᵀZ, whatever the weights.</summary>
    public double[] PlainGram()
    {
        var gram = new double[Rank * Rank];
        for (var channel = 0; channel < Channels; channel++) AddOuter(Scales[channel] * Scales[channel], SignsOf(channel), SignsOf(channel), gram);
        return gram;
    }

    /// <summary>Computes what the other side sees, after signs or scales changed.</summary>
    public void Refresh()
    {
        foreach (var moment in (double[][])[Gram, Inner, Weighted, InnerGram]) Array.Clear(moment);
        for (var channel = 0; channel < Channels; channel++)
        {
            var signs = SignsOf(channel);
            var v = BasisOf(channel);
            var (scale, weight) = (Scales[channel], weights[channel]);
            AddOuter(scale * scale * weight, signs, signs, Gram);
            AddOuter(scale, v, signs, Inner);
            AddOuter(scale * weight, v, signs, Weighted);
        }
        for (var k = 0; k < SourceRank; k++)
        {
            var row = Inner.AsSpan(k * Rank, Rank);
            AddOuter(1, row, row, InnerGram);
        }
    }

    /// <summary>
    /// Gives every channel in turn better signs, and the scale that suits them best if scales are free, all others held:
    /// lowers tr(Q₁ Zᵀ diag(p) Z) + tr(Q₂ InnerGram) - 2 ⟨L₁, Weighted⟩ - 2 ⟨L₂, Inner⟩.
    /// </summary>
    /// <param name="step">The quadratic, as the other side makes it.</param>
    /// <param name="fitScales">Whether scales are free.</param>
    public void Improve(in SideStep step, bool fitScales)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            var signs = SignsOf(channel);
            var v = BasisOf(channel);
            var weight = weights[channel];
            var energy = TensorPrimitives.SumOfSquares(v);

            // linear = p L₁ᵀ v + L₂ᵀ v - Q₂ (Innerᵀ v without this channel's part)
            var scale = Scales[channel];
            TensorPrimitives.Multiply(signs, scale * energy, change);
            Array.Clear(linear);
            for (var k = 0; k < SourceRank; k++)
            {
                Add(-v[k], Row(Inner, k), change);
                Add(weight * v[k], Row(step.Linear1, k), linear);
                Add(v[k], Row(step.Linear2, k), linear);
            }
            for (var k = 0; k < Rank; k++) Add(change[k], Row(step.Quadratic2, k), linear);

            // quadratic = p Q₁ + ‖v‖² Q₂
            TensorPrimitives.Multiply(step.Quadratic1, weight, quadratic);
            TensorPrimitives.MultiplyAdd(step.Quadratic2, energy, quadratic, quadratic);

            TensorPrimitives.Multiply(signs, -scale, change);
            Scales[channel] = search.Improve(quadratic, linear, signs, scale, fitScales);
            Add(Scales[channel], signs, change);
            AddOuter(1, v, change, Inner);
        }
        Refresh();
    }

    private ReadOnlySpan<double> Row(double[] matrix, int row) => matrix.AsSpan(row * Rank, Rank);

    /// <summary>y += a x</summary>
    private static void Add(double a, ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.MultiplyAdd(x, a, y, y);

    /// <summary>matrix [left][right] += a · left rightᵀ</summary>
    private static void AddOuter(double a, ReadOnlySpan<double> left, ReadOnlySpan<double> right, double[] matrix)
    {
        for (var row = 0; row < left.Length; row++) Add(a * left[row], right, matrix.AsSpan(row * right.Length, right.Length));
    }
}

/// <summary>What <see cref="SignSide.Improve"/> lowers.</summary>
/// <param name="Quadratic1">Q₁, [rank][rank].</param>
/// <param name="Quadratic2">Q₂, [rank][rank].</param>
/// <param name="Linear1">L₁, [source rank][rank].</param>
/// <param name="Linear2">L₂, [source rank][rank].</param>
internal readonly record struct SideStep(double[] Quadratic1, double[] Quadratic2, double[] Linear1, double[] Linear2);
