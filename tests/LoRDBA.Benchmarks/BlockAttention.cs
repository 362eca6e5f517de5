using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks;

/// <summary>Attention of all layers as a sequence computes it: block by block, up to 32 tokens at a time. One thread.</summary>
internal sealed unsafe class BlockAttention : IDisposable
{
    private readonly ModelConfig config;
    private readonly CausalAttention attention;
    private readonly KeyValueCache cache;
    private readonly AttentionRule rule;
    private readonly Arena arena;

    /// <summary>An empty cache of <see cref="ModelConfig.ContextLength"/> positions.</summary>
    public BlockAttention(ModelConfig config, KeyValueFormat format)
    {
        this.config = config;
        var shape = new AttentionShape(config.NHead, config.NHeadKv, config.HeadDim);
        (CausalAttention, KeyValueCache)? made = null;
        arena = Arena.Create(arena => made = (new CausalAttention(arena, shape, workers: 1), new KeyValueCache(arena, config.NLayer, shape, config.ContextLength, format)));
        (attention, cache) = made!.Value;
        rule = new AttentionRule(MathF.Sqrt(config.HeadDim));
    }

    /// <summary>Stores a position's key and value, [head_dim] each.</summary>
    public void Store(int layer, int head, int position, float* key, float* value) => CausalAttention.Store(cache, layer, head, position, key, value);

    /// <summary>The tokens from <paramref name="position"/> on, in every layer; query and output [tokens][query_dim].</summary>
    public void Forward(int position, int tokens, float* query, float* output)
    {
        var group = config.NHead / config.NHeadKv;
        for (var layer = 0; layer < config.NLayer; layer++)
            for (var first = 0; first < tokens; first += CausalAttention.MaxTokens)
                for (var head = 0; head < config.NHeadKv; head++)
                {
                    var offset = first * config.QueryDim + head * group * config.HeadDim;
                    attention.Forward(worker: 0, cache, layer, head, rule, position + first, Math.Min(CausalAttention.MaxTokens, tokens - first), query + offset, output + offset, config.QueryDim);
                }
    }

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();
}
