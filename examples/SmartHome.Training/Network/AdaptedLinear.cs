using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>y[t, o] = Σ_i W[o, i] · x[t, i], plus what the sign branch adds when there is one.</summary>
internal sealed class AdaptedLinear(Parameter weight)
{
    private Rows carriers = Rows.None;           // [N][rank], kept by the branch from forward to backward

    public Parameter Weight { get; } = weight;

    public int NOut => Weight.Rows;

    public int NIn => Weight.Columns;

    public SignBranch? Branch { get; private set; }

    public void Attach(SignBranch branch, int maxTokens) => (Branch, carriers) = (branch, new Rows(maxTokens, branch.Rank));

    /// <summary>x [tokens][n_in], y [tokens][n_out].</summary>
    public void Forward(ReadOnlySpan<float> x, Span<float> y, Span<float> scratch)
    {
        Linear.Forward(x, Weight.Value, NIn, y);
        Branch?.Forward(x, carriers.First(x.Length / NIn), y, scratch);
    }

    /// <summary>dx += dy · W, and dW += dyᵀ · x.</summary>
    public void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, Span<float> scratch)
    {
        Linear.BackwardInput(Weight.Value, dy, NIn, dx);
        if (!Weight.IsFrozen) Linear.BackwardWeight(x, dy, NIn, Weight.Gradient);
        Branch?.Backward(x, carriers.First(x.Length / NIn), dy, dx, scratch);
    }
}
