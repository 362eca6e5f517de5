using System.Numerics.Tensors;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Causal attention of one query head over the cached keys and values (arXiv 1706.03762, equation 1).</summary>
internal static unsafe class Attention
{
    /// <param name="query">[head_dim], rotated.</param>
    /// <param name="keys">[length][head_dim], rotated.</param>
    /// <param name="values">[length][head_dim]</param>
    /// <param name="length">Positions that the query may see, its own among them.</param>
    /// <param name="headDim">head_dim</param>
    /// <param name="scores">[length], scratch.</param>
    /// <param name="output">[head_dim]</param>
    public static void Forward(float* query, float* keys, float* values, int length, int headDim, float* scores, float* output)
    {
        var scale = 1f / MathF.Sqrt(headDim);
        for (var j = 0; j < length; j++) scores[j] = scale * FloatDot.Dot(query, keys + (long)j * headDim, headDim);

        // softmax; the maximum is taken off first so that no exponential overflows
        var weights = new Span<float>(scores, length);
        TensorPrimitives.Subtract(weights, TensorPrimitives.Max(weights), weights);
        TensorPrimitives.Exp(weights, weights);
        TensorPrimitives.Multiply(weights, 1f / TensorPrimitives.Sum(weights), weights);

        new Span<float>(output, headDim).Clear();
        for (var j = 0; j < length; j++) FloatDot.AddScaled(output, values + (long)j * headDim, scores[j], headDim);
    }
}
