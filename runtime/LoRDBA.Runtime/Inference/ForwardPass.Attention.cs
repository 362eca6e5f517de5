using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <content>Attention: between the products of q, k and v and that of the output.</content>
internal sealed unsafe partial class ForwardPass
{
    /// <summary>What each layer's attention does, [n_layer].</summary>
    private readonly AttentionRule[] rules;

    /// <summary>attended = attention(rope(q), rope(k), v), in float32 and in whole numbers.</summary>
    private void Attend(int worker, int layer, LayerWeights w)
    {
        var items = plan.PartCount * config.NHeadKv;
        if (plan.HasLongSegment)
        {
            // Keys and values of all parts first: the queries of a part see those of the parts before it.
            for (var item = worker; item < items; item += pool.Workers) Store(layer, plan.Parts[item / config.NHeadKv], item % config.NHeadKv, w.KeyNorm);
            Sync();
        }

        // Every n-th item rather than a run of them: later tokens see more positions and cost more.
        for (var item = worker; item < items; item += pool.Workers)
        {
            var (part, head) = (plan.Parts[item / config.NHeadKv], item % config.NHeadKv);
            if (!plan.HasLongSegment) Store(layer, part, head, w.KeyNorm);
            Attend(worker, layer, head, part, w.QueryNorm);
        }
        if (!Quantizes(config.QueryDim) || GroupsAreBlocks) return;

        Sync();
        var own = Share.Of(tokens, worker, pool.Workers);
        for (var t = own.Start; t < own.End; t++) scratch.Quantized.WithWidth(config.QueryDim).Quantize(scratch.Attended + (long)t * config.QueryDim, t);
    }

    /// <summary>Columns of the query heads that share a key/value head.</summary>
    private int GroupWidth => config.NHead / config.NHeadKv * config.HeadDim;

    /// <summary>Whether a group's columns are whole blocks, so that whoever computes them can quantize them.</summary>
    private bool GroupsAreBlocks => GroupWidth % QuantizedRows.BlockLength == 0;

    private float* RotationOf(int token) => scratch.Rotation + 2L * token * config.RopeDim;

    /// <summary>Puts the keys, rotated, and the values of a part's tokens into the cache: one head.</summary>
    private void Store(int layer, in StepPlan.Part part, int head, float* norm)
    {
        for (var t = 0; t < part.Count; t++)
        {
            var offset = (long)(part.First + t) * config.KvDim + head * config.HeadDim;
            NormAndRotate(scratch.Key + offset, part.First + t, norm);
            CausalAttention.Store(part.Cache, layer, head, part.Position + t, scratch.Key + offset, scratch.Value + offset);
        }
    }

    /// <summary>One group of heads of a part's tokens, over the positions up to each token's own.</summary>
    private void Attend(int worker, int layer, int head, in StepPlan.Part part, float* norm)
    {
        var (first, column) = (part.First, head * GroupWidth);
        var offset = (long)first * config.QueryDim + column;
        for (var t = 0; t < part.Count; t++)
            for (var i = 0; i < GroupWidth; i += config.HeadDim) NormAndRotate(scratch.Query + offset + (long)t * config.QueryDim + i, first + t, norm);
        scratch.Attention.Forward(worker, part.Cache, layer, head, rules[layer], part.Position, part.Count, scratch.Query + offset, scratch.Attended + offset, config.QueryDim);

        if (!Quantizes(config.QueryDim) || !GroupsAreBlocks) return;
        var rows = scratch.Quantized.WithWidth(config.QueryDim);
        for (var t = 0; t < part.Count; t++)
            rows.Quantize(scratch.Attended + offset + (long)t * config.QueryDim, first + t, column / QuantizedRows.BlockLength, GroupWidth / QuantizedRows.BlockLength);
    }

    /// <summary>One head of a query or key, ready for attention: normed where the family norms heads, then turned by its position.</summary>
    private void NormAndRotate(float* head, int token, float* norm)
    {
        if (norm is not null)
        {
            var values = new Span<float>(head, config.HeadDim);
            RmsNorm.Forward(values, new ReadOnlySpan<float>(norm, config.HeadDim), config.RmsEps, values);
        }
        Rope.Forward(head, RotationOf(token), config.RopeDim, family.RopePairs);
    }
}
