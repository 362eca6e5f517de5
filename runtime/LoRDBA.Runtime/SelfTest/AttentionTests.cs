using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>Attention over a block and a part of one: tokens alone against batches to the bit, and both against the formula.</summary>
internal static unsafe class AttentionTests
{
    private const int Tokens = 70, HeadDim = 48, Heads = 3;

    /// <summary>Three query heads share the one key/value head, so the shape's row of queries is theirs.</summary>
    private const int Stride = Heads * HeadDim;

    /// <summary>One format of the cache.</summary>
    public static void Attention(KeyValueFormat format, Comparison comparison)
    {
        float[] q = Operands.Values(Tokens * Stride, seed: 20), k = Operands.Values(Tokens * HeadDim, seed: 21), v = Operands.Values(Tokens * HeadDim, seed: 22);
        var rule = new AttentionRule(MathF.Sqrt(HeadDim), SoftCap: 4, Window: 66);
        var together = Run(format, rule, q, k, v, CausalAttention.MaxTokens);
        comparison.Same<float>(Run(format, rule, q, k, v, batch: 1), together, "alone and together");

        // What the formats' rounding moves a mean of values within ±1 by, as the tests of the kernel have it.
        var bound = format switch { KeyValueFormat.F32 => 1e-5, KeyValueFormat.F16 => 2e-3, _ => 2e-2 };
        for (var t = 0; t < Tokens; t += 23)
            for (var head = 0; head < Heads; head++) Near(rule, q, k, v, t, head, together, bound, comparison);
    }

    private static void Near(AttentionRule rule, float[] q, float[] k, float[] v, int token, int head, float[] result, double bound, Comparison comparison)
    {
        var query = q.AsSpan(token * Stride + head * HeadDim, HeadDim);
        var (sum, means) = (0.0, new double[HeadDim]);
        for (var j = rule.FirstVisible(token); j <= token; j++)
        {
            var score = 0.0;
            for (var i = 0; i < HeadDim; i++) score += (double)query[i] * k[j * HeadDim + i];
            var weight = Math.Exp(rule.SoftCap * Math.Tanh(score / rule.Divisor / rule.SoftCap));
            sum += weight;
            for (var i = 0; i < HeadDim; i++) means[i] += weight * v[j * HeadDim + i];
        }
        for (var i = 0; i < HeadDim; i++) comparison.Near(means[i] / sum, result[token * Stride + head * HeadDim + i], bound, $"token {token}, head {head}, value {i}");
    }

    private static float[] Run(KeyValueFormat format, AttentionRule rule, float[] q, float[] k, float[] v, int batch)
    {
        var shape = new AttentionShape(Heads, NHeadKv: 1, HeadDim);
        CausalAttention attention = null!;
        KeyValueCache cache = null!;
        using var memory = Arena.Create(arena => (attention, cache) = (new(arena, shape, workers: 1), new(arena, layers: 1, shape, contextLength: 128, format)));
        var result = new float[Tokens * Stride];
        fixed (float* queries = q, keys = k, values = v, outputs = result)
            for (var first = 0; first < Tokens; first += batch)
            {
                var count = Math.Min(batch, Tokens - first);
                for (var t = first; t < first + count; t++) CausalAttention.Store(cache, layer: 0, head: 0, t, keys + t * HeadDim, values + t * HeadDim);
                attention.Forward(worker: 0, cache, layer: 0, head: 0, rule, first, count, queries + first * Stride, outputs + first * Stride, Stride);
            }
        return result;
    }
}
