using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <content>Attention: between the products of q, k and v and that of the output.</content>
internal sealed unsafe partial class ForwardPass
{
    /// <summary>attended = attention(rope(q), rope(k), v), in float32 and in whole numbers.</summary>
    private void Attend(int worker, int layer, LayerWeights w)
    {
        if (tokens > 1)
        {
            // Keys and values of all tokens first: the queries of a token see those of the tokens before it.
            var share = Share.Of(tokens * config.NHeadKv, worker, pool.Workers);
            for (var item = share.Start; item < share.End; item++) Store(layer, item / config.NHeadKv, item % config.NHeadKv, w.KeyNorm);
            Sync();
        }

        // Every n-th item rather than a run of them: later tokens see more positions and cost more.
        var parts = (tokens + CausalAttention.MaxTokens - 1) / CausalAttention.MaxTokens;
        for (var item = worker; item < parts * config.NHeadKv; item += pool.Workers)
        {
            var (first, head) = (item / config.NHeadKv * CausalAttention.MaxTokens, item % config.NHeadKv);
            if (tokens == 1) Store(layer, token: 0, head, w.KeyNorm);
            Attend(worker, layer, head, first, Math.Min(CausalAttention.MaxTokens, tokens - first), w.QueryNorm);
        }
        if (!Quantizes(config.QueryDim) || GroupsAreBlocks) return;

        Sync();
        var own = Share.Of(tokens, worker, pool.Workers);
        for (var t = own.Start; t < own.End; t++) state.Quantized.WithWidth(config.QueryDim).Quantize(state.Attended + (long)t * config.QueryDim, t);
    }

    /// <summary>Columns of the query heads that share a key/value head.</summary>
    private int GroupWidth => config.NHead / config.NHeadKv * config.HeadDim;

    /// <summary>Whether a group's columns are whole blocks, so that whoever computes them can quantize them.</summary>
    private bool GroupsAreBlocks => GroupWidth % QuantizedRows.BlockLength == 0;

    private float* RotationOf(int token) => state.Rotation + 2L * token * config.RopeDim;

    /// <summary>Puts a head's key, rotated, and its value into the cache.</summary>
    private void Store(int layer, int token, int head, float* norm)
    {
        var offset = (long)token * config.KvDim + head * config.HeadDim;
        NormAndRotate(state.Key + offset, token, norm);
        state.Attention.Store(layer, head, position + token, state.Key + offset, state.Value + offset);
    }

    /// <summary>One group of heads of <paramref name="count"/> tokens, over positions 0 up to each token's own.</summary>
    private void Attend(int worker, int layer, int head, int first, int count, float* norm)
    {
        var column = head * GroupWidth;
        var offset = (long)first * config.QueryDim + column;
        for (var t = 0; t < count; t++)
            for (var i = 0; i < GroupWidth; i += config.HeadDim) NormAndRotate(state.Query + offset + (long)t * config.QueryDim + i, first + t, norm);
        state.Attention.Forward(worker, layer, head, position + first, count, state.Query + offset, state.Attended + offset, config.QueryDim);

        if (!Quantizes(config.QueryDim) || !GroupsAreBlocks) return;
        var rows = state.Quantized.WithWidth(config.QueryDim);
        for (var t = 0; t < count; t++)
            rows.Quantize(state.Attended + offset + (long)t * config.QueryDim, first + t, column / QuantizedRows.BlockLength, GroupWidth / QuantizedRows.BlockLength);
    }

    /// <summary>One head of a query or key, ready for attention: normed where the family norms heads, then turned by its position.</summary>
    private void NormAndRotate(float* head, int token, float* norm)
    {
        if (norm is not null)
        {
            var values = new Span<float>(head, config.HeadDim);
            RmsNorm.Forward(values, new ReadOnlySpan<float>(norm, config.HeadDim), config.RmsEps, values);
        }
        Rope.Forward(head, RotationOf(token), config.RopeDim, ropePairs);
    }
}
