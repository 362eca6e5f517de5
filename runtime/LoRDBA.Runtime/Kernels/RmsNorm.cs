using System.Numerics.Tensors;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Root-mean-square normalisation: y_i = x_i · w_i / sqrt(mean(x²) + eps) (arXiv 1910.07467, equation 4).</summary>
internal static class RmsNorm
{
    /// <param name="x">[n_embd]</param>
    /// <param name="weight">[n_embd]</param>
    /// <param name="eps">Keeps a row of zeros finite.</param>
    /// <param name="y">[n_embd]</param>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float eps, Span<float> y)
    {
        var scale = 1f / MathF.Sqrt(TensorPrimitives.SumOfSquares(x) / x.Length + eps);
        TensorPrimitives.Multiply(x, scale, y);
        TensorPrimitives.Multiply(y, weight, y);
    }
}
