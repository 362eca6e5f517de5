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

    /// <summary>The rotary table of each layer, [n_layer]; null for none.</summary>
    private readonly int?[] ropeTables;

    /// <summary>q = norm(q), k = norm(k), in families that norm all heads of a token together.</summary>
    private void NormQueriesAndKeys(int worker, LayerWeights w)
    {
        var own = Share.Of(tokens, worker, pool.Workers);
        for (var t = own.Start; t < own.End; t++)
        {
            RmsNormInPlace(scratch.Query + (long)t * config.QueryDim, w.QueryNorm, config.QueryDim);
            RmsNormInPlace(scratch.Key + (long)t * config.KvDim, w.KeyNorm, config.KvDim);
        }
    }

    /// <summary>attended = attention(rope(q), rope(k), v), in float32 and in whole numbers.</summary>
    private void Attend(int worker, int layer, LayerWeights w)
    {
        var items = plan.PartCount * config.NHeadKv;
        var normsHeads = family.QkNorm == QkNorm.Heads;
        var ready = new Heads(normsHeads ? w.QueryNorm : null, normsHeads ? w.KeyNorm : null, ropeTables[layer] is { } table ? RotationOf(table, token: 0) : null);
        if (plan.HasLongSegment)
        {
            // Keys and values of all parts first: the queries of a part see those of the parts before it.
            for (var item = worker; item < items; item += pool.Workers) Store(layer, plan.Parts[item / config.NHeadKv], item % config.NHeadKv, ready);
            Sync();
        }

        // Every n-th item rather than a run of them: later tokens see more positions and cost more.
        for (var item = worker; item < items; item += pool.Workers)
        {
            var (part, head) = (plan.Parts[item / config.NHeadKv], item % config.NHeadKv);
            if (!plan.HasLongSegment) Store(layer, part, head, ready);
            Attend(worker, layer, head, part, ready);
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

    private float* RotationOf(int table, int token) => scratch.Rotation + 2L * ((long)table * scratch.BatchLength + token) * config.RopeDim;

    /// <summary>Puts the keys, rotated, and the values of a part's tokens into the cache: one head.</summary>
    private void Store(int layer, in StepPlan.Part part, int head, in Heads ready)
    {
        for (var t = 0; t < part.Count; t++)
        {
            var offset = (long)(part.First + t) * config.KvDim + head * config.HeadDim;
            NormAndRotate(scratch.Key + offset, part.First + t, ready.KeyNorm, ready.Rotations);
            CausalAttention.Store(part.Cache, layer, head, part.Position + t, scratch.Key + offset, scratch.Value + offset);
        }
    }

    /// <summary>One group of heads of a part's tokens, over the positions up to each token's own.</summary>
    private void Attend(int worker, int layer, int head, in StepPlan.Part part, in Heads ready)
    {
        var (first, column) = (part.First, head * GroupWidth);
        var offset = (long)first * config.QueryDim + column;
        for (var t = 0; t < part.Count; t++)
            for (var i = 0; i < GroupWidth; i += config.HeadDim) NormAndRotate(scratch.Query + offset + (long)t * config.QueryDim + i, first + t, ready.QueryNorm, ready.Rotations);
        scratch.Attention.Forward(worker, part.Cache, layer, head, rules[layer], part.Position, part.Count, scratch.Query + offset, scratch.Attended + offset, config.QueryDim);

        if (!Quantizes(config.QueryDim) || !GroupsAreBlocks) return;
        var rows = scratch.Quantized.WithWidth(config.QueryDim);
        for (var t = 0; t < part.Count; t++)
            rows.Quantize(scratch.Attended + offset + (long)t * config.QueryDim, first + t, column / QuantizedRows.BlockLength, GroupWidth / QuantizedRows.BlockLength);
    }

    /// <summary>One head of a query or key, ready for attention: normed where the family norms heads, then turned by its position where
    /// the layer does.</summary>
    private void NormAndRotate(float* head, int token, float* norm, float* rotations)
    {
        if (norm is not null) RmsNormInPlace(head, norm, config.HeadDim);
        if (rotations is not null) Rope.Forward(head, rotations + 2L * token * config.RopeDim, config.RopeDim, family.RopePairs);
    }

    /// <summary>What makes a layer's heads ready for attention.</summary>
    private readonly struct Heads(float* queryNorm, float* keyNorm, float* rotations)
    {
        /// <summary>[head_dim], or null.</summary>
        public float* QueryNorm { get; } = queryNorm;

        /// <summary>[head_dim], or null.</summary>
        public float* KeyNorm { get; } = keyNorm;

        /// <summary>[batch][2][rope_dim], or null.</summary>
        public float* Rotations { get; } = rotations;
    }
}
