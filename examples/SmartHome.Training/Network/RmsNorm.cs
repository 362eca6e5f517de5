using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>y[t, i] = gain[i] · x[t, i] / rms(x[t]), rms(v) = √(mean(v²) + eps).</summary>
internal sealed unsafe class RmsNorm(Parameter gain, float eps)
{
    private readonly int n = gain.Columns;
    private float[] scale = [];

    public Parameter Gain { get; } = gain;

    /// <summary>x, y [tokens][n].</summary>
    public void Forward(float* x, float* y, int tokens)
    {
        if (scale.Length < tokens)
            scale = new float[tokens];
        for (var t = 0; t < tokens; t++)
        {
            var row = new ReadOnlySpan<float>(x + t * n, n);
            var result = new Span<float>(y + t * n, n);
            scale[t] = 1 / MathF.Sqrt(TensorPrimitives.SumOfSquares(row) / n + eps);
            TensorPrimitives.Multiply(row, scale[t], result);
            TensorPrimitives.Multiply(result, Gain.Value.Span, result);
        }
    }

    /// <summary>dx += the gradient through the norm. With u = dy · gain and s = 1 / rms:
    /// dx = s · u − x · s³ · (u · x) / n; dgain = Σ_t dy · x · s.</summary>
    public void Backward(float* x, float* dy, float* dx, int tokens)
    {
        var u = new float[n];
        for (var t = 0; t < tokens; t++)
        {
            var row = new ReadOnlySpan<float>(x + t * n, n);
            var above = new ReadOnlySpan<float>(dy + t * n, n);
            var result = new Span<float>(dx + t * n, n);
            var s = scale[t];
            TensorPrimitives.Multiply(above, row, u);
            TensorPrimitives.MultiplyAdd(u, s, Gain.Gradient.Span, Gain.Gradient.Span);
            TensorPrimitives.Multiply(above, Gain.Value.Span, u);
            var along = TensorPrimitives.Dot(u, row) * s * s * s / n;
            TensorPrimitives.MultiplyAdd(u, s, result, result);
            TensorPrimitives.MultiplyAdd(row, -along, result, result);
        }
    }
}
