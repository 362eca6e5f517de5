namespace LoRDBA.Training.Backward;

/// <summary>
/// A linear layer: y_to = Σ_i W_oi · x_ti. T tokens; W [n_out][n_in] row after row, as GGUF stores it. Every sum runs in the order of its
/// index (i forward, o for dx, t for dW), so the bits do not depend on how tokens are dealt out to calls.
/// </summary>
/// <remarks>The runtime multiplies quantized blocks; training takes the weights dequantized, in float32.</remarks>
public static unsafe class Linear
{
    /// <summary>Overwrites y.</summary>
    /// <param name="x">[T][n_in]; has to be the same on the way back.</param>
    /// <param name="weight">[n_out][n_in]</param>
    /// <param name="nIn">Numbers per row of x.</param>
    /// <param name="y">[T][n_out]</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, int nIn, Span<float> y)
    {
        var (tokens, nOut) = (Lengths.Rows(x.Length, nIn, nameof(x)), Lengths.Rows(weight.Length, nIn, nameof(weight)));
        Lengths.Require(y.Length, tokens, nOut, nameof(y));
        fixed (float* input = x, w = weight, result = y)
            Matmul.Multiply(tokens, nOut, nIn, new(input, nIn, 1), new(w, 1, nIn), result, accumulate: false);
    }

    /// <summary>dx_ti += Σ_o dy_to · W_oi.</summary>
    /// <param name="weight">[n_out][n_in]</param>
    /// <param name="dy">[T][n_out], the gradient by y.</param>
    /// <param name="nIn">Numbers per row of x.</param>
    /// <param name="dx">[T][n_in], added to.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void BackwardInput(ReadOnlySpan<float> weight, ReadOnlySpan<float> dy, int nIn, Span<float> dx)
    {
        var (tokens, nOut) = (Lengths.Rows(dx.Length, nIn, nameof(dx)), Lengths.Rows(weight.Length, nIn, nameof(weight)));
        Lengths.Require(dy.Length, tokens, nOut, nameof(dy));
        fixed (float* w = weight, above = dy, result = dx)
            Matmul.Multiply(tokens, nIn, nOut, new(above, nOut, 1), new(w, nIn, 1), result, accumulate: true);
    }

    /// <summary>dW_oi += Σ_t dy_to · x_ti. Not needed where W is frozen.</summary>
    /// <param name="x">[T][n_in], as on the way forward.</param>
    /// <param name="dy">[T][n_out], the gradient by y.</param>
    /// <param name="nIn">Numbers per row of x.</param>
    /// <param name="dweight">[n_out][n_in], added to.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void BackwardWeight(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int nIn, Span<float> dweight)
    {
        var (tokens, nOut) = (Lengths.Rows(x.Length, nIn, nameof(x)), Lengths.Rows(dweight.Length, nIn, nameof(dweight)));
        Lengths.Require(dy.Length, tokens, nOut, nameof(dy));
        fixed (float* input = x, above = dy, result = dweight)
            Matmul.Multiply(nOut, nIn, tokens, new(above, 1, nOut), new(input, nIn, 1), result, accumulate: true);
    }
}
