using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks;

/// <summary>One query head at a time, with whole-row softmax: keys and values [layer][head][length][head_dim] in float32.</summary>
internal sealed unsafe class TokenByTokenAttention(ModelConfig config)
{
    private readonly int length = config.ContextLength;
    private readonly float[] keys = new float[config.NLayer * config.KvDim * config.ContextLength];
    private readonly float[] values = new float[config.NLayer * config.KvDim * config.ContextLength];
    private readonly float[] scores = new float[config.ContextLength];

    /// <summary>Stores a position's key and value, [head_dim] each.</summary>
    public void Store(int layer, int head, int position, float* key, float* value)
    {
        new ReadOnlySpan<float>(key, config.HeadDim).CopyTo(keys.AsSpan(Offset(layer, head) + position * config.HeadDim));
        new ReadOnlySpan<float>(value, config.HeadDim).CopyTo(values.AsSpan(Offset(layer, head) + position * config.HeadDim));
    }

    /// <summary>The tokens from <paramref name="position"/> on, in every layer; query and output [tokens][query_dim].</summary>
    public void Forward(int position, int tokens, float* query, float* output)
    {
        for (var layer = 0; layer < config.NLayer; layer++)
            for (var t = 0; t < tokens; t++)
                for (var head = 0; head < config.NHead; head++)
                {
                    var offset = t * config.QueryDim + head * config.HeadDim;
                    Forward(query + offset, Offset(layer, head * config.NHeadKv / config.NHead), position + t + 1, output + offset);
                }
    }

    private void Forward(float* query, int offset, int seen, float* output)
    {
        var weights = scores.AsSpan(0, seen);
        fixed (float* k = &keys[offset], v = &values[offset])
        {
            for (var j = 0; j < seen; j++) weights[j] = FloatDot.Dot(query, k + j * config.HeadDim, config.HeadDim) / MathF.Sqrt(config.HeadDim);
            TensorPrimitives.SoftMax(weights, weights);
            new Span<float>(output, config.HeadDim).Clear();
            for (var j = 0; j < seen; j++) FloatDot.AddScaled(output, v + j * config.HeadDim, weights[j], config.HeadDim);
        }
    }

    private int Offset(int layer, int head) => (layer * config.NHeadKv + head) * length * config.HeadDim;
}
