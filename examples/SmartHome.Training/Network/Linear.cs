namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>y[t, o] = Σ_i W[o, i] · x[t, i], plus what the sign branch adds when there is one.</summary>
internal sealed unsafe class Linear(Parameter weight)
{
    // The forward product wants W with the outputs contiguous; refreshed whenever W moved.
    private readonly FloatBuffer transposed = new(weight.Rows * weight.Columns);

    public Parameter Weight { get; } = weight;

    public int NOut => Weight.Rows;

    public int NIn => Weight.Columns;

    public SignBranch? Branch { get; set; }

    /// <summary>To be called after the weight or the branch was changed.</summary>
    public void Refresh()
    {
        Weight.Value.TransposeTo(transposed, NOut, NIn);
        Branch?.Refresh();
    }

    /// <summary>x [tokens][n_in], y [tokens][n_out].</summary>
    public void Forward(float* x, float* y, int tokens)
    {
        Matmul.Multiply(tokens, NOut, NIn, x, NIn, 1, transposed.Data, y, accumulate: false);
        Branch?.Forward(x, y, tokens);
    }

    /// <summary>dx += dy · W, and dW += dyᵀ · x.</summary>
    public void Backward(float* x, float* dy, float* dx, int tokens)
    {
        Matmul.Multiply(tokens, NIn, NOut, dy, NOut, 1, Weight.Value.Data, dx, accumulate: true);
        if (!Weight.IsFrozen)
            Matmul.Multiply(NOut, NIn, tokens, dy, 1, NOut, x, Weight.Gradient.Data, accumulate: true);
        Branch?.Backward(x, dy, dx, tokens);
    }
}
