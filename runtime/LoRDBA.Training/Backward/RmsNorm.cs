using System.Numerics.Tensors;

namespace LoRDBA.Training.Backward;

/// <summary>
/// Root-mean-square normalisation (arXiv 1910.07467, equation 4): y_ti = gain_i · x_ti · s_t, s_t = 1 / √(mean_i(x_ti²) + eps).
/// T tokens of n numbers. The runtime's norm gives the same bits; this one keeps s, which the way back needs.
/// </summary>
public static class RmsNorm
{
    /// <summary>Overwrites y and s.</summary>
    /// <param name="x">[T][n]; has to be the same on the way back.</param>
    /// <param name="gain">[n]</param>
    /// <param name="eps">Keeps a row of zeros finite.</param>
    /// <param name="y">[T][n]</param>
    /// <param name="s">[T], kept for <see cref="Backward"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, float eps, Span<float> y, Span<float> s)
    {
        var n = gain.Length;
        Lengths.Require(x.Length, s.Length, n, nameof(x));
        Lengths.Require(y.Length, s.Length, n, nameof(y));
        for (var t = 0; t < s.Length; t++)
        {
            var row = x.Slice(t * n, n);
            var result = y.Slice(t * n, n);
            s[t] = 1 / MathF.Sqrt(TensorPrimitives.SumOfSquares(row) / n + eps);
            TensorPrimitives.Multiply(row, s[t], result);
            TensorPrimitives.Multiply(result, gain, result);
        }
    }

    /// <summary>
    /// With u = dy ⊙ gain: dx_t += s_t · u_t − x_t · s_t³ · (u_t · x_t) / n, and dgain += Σ_t dy_t ⊙ x_t · s_t, token after token.
    /// </summary>
    /// <param name="x">[T][n], as on the way forward.</param>
    /// <param name="gain">[n]</param>
    /// <param name="s">[T], from <see cref="Forward"/>.</param>
    /// <param name="dy">[T][n], the gradient by y.</param>
    /// <param name="dx">[T][n], added to.</param>
    /// <param name="dgain">[n], added to; empty where the gain is frozen.</param>
    /// <param name="scratch">[n] at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Backward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> s, ReadOnlySpan<float> dy,
        Span<float> dx, Span<float> dgain, Span<float> scratch)
    {
        var n = gain.Length;
        Lengths.Require(x.Length, s.Length, n, nameof(x));
        Lengths.Require(dy.Length, s.Length, n, nameof(dy));
        Lengths.Require(dx.Length, s.Length, n, nameof(dx));
        if (dgain.Length != 0) Lengths.Require(dgain.Length, 1, n, nameof(dgain));
        Lengths.RequireScratch(scratch.Length, n, nameof(scratch));
        var u = scratch[..n];
        for (var t = 0; t < s.Length; t++)
        {
            ReadOnlySpan<float> row = x.Slice(t * n, n), above = dy.Slice(t * n, n);
            var result = dx.Slice(t * n, n);
            if (dgain.Length != 0)
            {
                TensorPrimitives.Multiply(above, row, u);
                TensorPrimitives.MultiplyAdd(u, s[t], dgain, dgain);
            }

            TensorPrimitives.Multiply(above, gain, u);
            var along = TensorPrimitives.Dot(u, row) * s[t] * s[t] * s[t] / n;
            TensorPrimitives.MultiplyAdd(u, s[t], result, result);
            TensorPrimitives.MultiplyAdd(row, -along, result, result);
        }
    }
}
