using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Tests.Kernels;

/// <summary>Attention over blocks against the formula in double precision, and single tokens against batches to the bit.</summary>
public sealed unsafe class AttentionTests
{
    private static ModelConfig Config(int heads, int kvHeads, int headDim) => new()
    {
        Architecture = "llama",
        Name = "test",
        NVocab = 1,
        NEmbd = 1,
        NLayer = 1,
        NHead = heads,
        NHeadKv = kvHeads,
        HeadDim = headDim,
        NFf = 1,
        RopeDim = headDim,
        RopeFreqBase = 1,
        RmsEps = 1,
        ContextLength = 256,
    };

    [Theory]
    [InlineData(KeyValueFormat.F32, 1e-5)]
    [InlineData(KeyValueFormat.F16, 2e-3)]
    [InlineData(KeyValueFormat.I8, 2e-2)]
    public void It_is_the_softmax_weighted_mean_of_the_values(KeyValueFormat format, double bound)
    {
        foreach (var (heads, kvHeads, headDim) in new[] { (1, 1, 20), (9, 3, 64), (4, 2, 16), (8, 1, 80) })
        {
            var config = Config(heads, kvHeads, headDim);
            const int tokens = 150;
            float[] q = Values(tokens * config.QueryDim, 1), k = Values(tokens * config.KvDim, 2), v = Values(tokens * config.KvDim, 3);
            var actual = Run(config, format, q, k, v, tokens, batch: 32);
            for (var t = 0; t < tokens; t += 7)
                for (var head = 0; head < heads; head++)
                {
                    var kvHead = head * kvHeads / heads;
                    double Score(int j) => Enumerable.Range(0, headDim).Sum(i => (double)q[t * config.QueryDim + head * headDim + i] * k[j * config.KvDim + kvHead * headDim + i]) / Math.Sqrt(headDim);
                    var weights = Enumerable.Range(0, t + 1).Select(j => Math.Exp(Score(j))).ToArray();
                    for (var i = 0; i < headDim; i++)
                        Assert.Equal(weights.Select((w, j) => w * v[j * config.KvDim + kvHead * headDim + i]).Sum() / weights.Sum(), actual[t * config.QueryDim + head * headDim + i], bound);
                }
        }
    }

    [Theory]
    [InlineData(KeyValueFormat.F32, 1e-5)]
    [InlineData(KeyValueFormat.F16, 2e-3)]
    public void It_keeps_to_a_rules_divisor_cap_and_window(KeyValueFormat format, double bound)
    {
        const int heads = 4, kvHeads = 2, headDim = 16, tokens = 150;
        var config = Config(heads, kvHeads, headDim);
        float[] q = Values(tokens * config.QueryDim, 1), k = Values(tokens * config.KvDim, 2), v = Values(tokens * config.KvDim, 3);
        foreach (var rule in new AttentionRule[] { new(1.5f), new(4, SoftCap: 0.5f), new(4, Window: 1), new(4, Window: 20), new(4, Window: 64), new(4, Window: 70), new(2, SoftCap: 0.75f, Window: 33) })
        {
            var actual = Run(config, format, q, k, v, tokens, batch: 32, rule);
            Assert.Equal(actual, Run(config, format, q, k, v, tokens, batch: 1, rule));
            Assert.Equal(actual, Run(config, format, q, k, v, tokens, batch: 5, rule));
            for (var t = 0; t < tokens; t += 3)
                for (var head = 0; head < heads; head++)
                {
                    var kvHead = head * kvHeads / heads;
                    var weights = new double[t + 1];
                    for (var j = rule.Window == 0 ? 0 : Math.Max(0, t - rule.Window + 1); j <= t; j++)
                    {
                        var score = Enumerable.Range(0, headDim).Sum(i => (double)q[t * config.QueryDim + head * headDim + i] * k[j * config.KvDim + kvHead * headDim + i]) / rule.Divisor;
                        weights[j] = Math.Exp(rule.SoftCap == 0 ? score : rule.SoftCap * Math.Tanh(score / rule.SoftCap));
                    }
                    for (var i = 0; i < headDim; i++)
                        Assert.Equal(weights.Select((w, j) => w * v[j * config.KvDim + kvHead * headDim + i]).Sum() / weights.Sum(), actual[t * config.QueryDim + head * headDim + i], bound);
                }
        }
    }

    [Theory]
    [InlineData(KeyValueFormat.F32)]
    [InlineData(KeyValueFormat.F16)]
    [InlineData(KeyValueFormat.I8)]
    public void A_token_alone_has_the_bits_it_has_in_a_batch(KeyValueFormat format)
    {
        var config = Config(heads: 9, kvHeads: 3, headDim: 64);
        const int tokens = 140;
        float[] q = Values(tokens * config.QueryDim, 1), k = Values(tokens * config.KvDim, 2), v = Values(tokens * config.KvDim, 3);
        var batches = Run(config, format, q, k, v, tokens, batch: 32);
        Assert.Equal(batches, Run(config, format, q, k, v, tokens, batch: 1));
        Assert.Equal(batches, Run(config, format, q, k, v, tokens, batch: 5));
    }

    private static float[] Run(ModelConfig config, KeyValueFormat format, float[] q, float[] k, float[] v, int tokens, int batch, AttentionRule? given = null)
    {
        var shape = new AttentionShape(config.NHead, config.NHeadKv, config.HeadDim);
        CausalAttention attention = null!;
        KeyValueCache cache = null!;
        using var arena = Arena.Create(arena => (attention, cache) = (new CausalAttention(arena, shape, workers: 1), new KeyValueCache(arena, layers: 1, shape, 256, format)));
        var rule = given ?? new AttentionRule(MathF.Sqrt(config.HeadDim));
        var output = new float[tokens * config.QueryDim];
        var group = config.NHead / config.NHeadKv;
        fixed (float* query = q, key = k, value = v, result = output)
            for (var first = 0; first < tokens; first += batch)
            {
                var count = Math.Min(batch, tokens - first);
                for (var head = 0; head < config.NHeadKv; head++)
                {
                    for (var t = first; t < first + count; t++)
                        CausalAttention.Store(cache, 0, head, t, key + t * config.KvDim + head * config.HeadDim, value + t * config.KvDim + head * config.HeadDim);
                    var offset = first * config.QueryDim + head * group * config.HeadDim;
                    attention.Forward(0, cache, 0, head, rule, first, count, query + offset, result + offset, config.QueryDim);
                }
            }
        return output;
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
