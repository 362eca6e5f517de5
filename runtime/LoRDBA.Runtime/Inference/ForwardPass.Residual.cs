using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <content>The residual stream: its first values, what is read from it, what is added to it.</content>
internal sealed unsafe partial class ForwardPass
{
    /// <summary>residual[t] = [scale ·] embedding[token t]; and the angles of its position.</summary>
    private void Embed(int worker)
    {
        var share = Share.Of(tokens, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++)
        {
            var row = weights.Embedding.Row(plan.Ids[t]);
            var residual = new Span<float>(scratch.Residual + (long)t * config.NEmbd, config.NEmbd);
            weights.Embedding.Format.Dequantize(row, residual);
            if (config.EmbeddingScale != 1) TensorPrimitives.Multiply(residual, config.EmbeddingScale, residual);
            for (var table = 0; table < model.RopeTables.Length; table++)
            {
                ref readonly var rope = ref model.RopeTables[table];
                var frequencies = rope.IsLong(plan.Contexts[t]) ? rope.LongFrequencies : rope.Frequencies;
                Rope.Angles(plan.Positions[t], frequencies, rope.Magnitude, family.RopePairs, RotationOf(table, t));
            }
        }
    }

    /// <summary>
    /// norm(residual) of <paramref name="count"/> tokens, or the residual itself, ready for the products. The tokens are shared out, and
    /// the workers sync. A single token's
    /// norm every worker makes for itself, in a row of its own: that takes less time than to wait for one of them.
    /// </summary>
    /// <param name="worker">Which worker this is.</param>
    /// <param name="row">Which token each row is; null for all in order.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="weight">[n_embd]; null for no norm, which only the layers' blocks do without.</param>
    private MatMulInput Norm(int worker, int[]? row, int count, float* weight)
    {
        if (count == 1)
        {
            NormRow(row is null ? 0 : row[0], worker, weight);
            return new MatMulInput(weight is null ? scratch.Residual : scratch.Normed + (long)worker * config.NEmbd, scratch.Quantized.WithWidth(config.NEmbd).From(worker), count);
        }
        var share = Share.Of(count, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++) NormRow(row is null ? t : row[t], t, weight);
        Sync();
        return new MatMulInput(weight is null ? scratch.Residual : scratch.Normed, scratch.Quantized.WithWidth(config.NEmbd), count);
    }

    /// <summary>normed[to] = norm(residual[from]), in float32 and in whole numbers; without a norm, the whole numbers of
    /// residual[from].</summary>
    private void NormRow(int from, int to, float* weight)
    {
        var x = scratch.Residual + (long)from * config.NEmbd;
        if (weight is not null)
        {
            var normed = scratch.Normed + (long)to * config.NEmbd;
            RmsNorm.Forward(new ReadOnlySpan<float>(x, config.NEmbd), new ReadOnlySpan<float>(weight, config.NEmbd), config.RmsEps, new Span<float>(normed, config.NEmbd));
            x = normed;
        }
        if (Quantizes(config.NEmbd)) scratch.Quantized.WithWidth(config.NEmbd).Quantize(x, to);
    }

    /// <summary>residual += [scale ·] [norm](W x), for a matrix that writes back to the residual stream.</summary>
    private void AddProduct(int worker, InputGroup group, float* x, in QuantizedRows quantized, float* norm)
    {
        var linear = group[0];
        var input = new MatMulInput(x, quantized.WithWidth(linear.NIn), tokens);
        Shrink(worker, group, input);
        var own = Share.Of(linear.NOut, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether(tokens)))
        {
            Product(worker, linear, input, scratch.Normed, rows, plan.Layers);
            if (norm is not null) continue;
            for (var t = 0; t < tokens; t++) AddToResidual((long)t * config.NEmbd + rows.Start, rows.End - rows.Start);
        }
        if (norm is null) return;

        // A norm needs whole rows, of which each worker has a part.
        Sync();
        var share = Share.Of(tokens, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++)
        {
            RmsNormInPlace(scratch.Normed + (long)t * config.NEmbd, norm, config.NEmbd);
            AddToResidual((long)t * config.NEmbd, config.NEmbd);
        }
    }

    /// <summary>residual += [scale ·] normed, elements [<paramref name="offset"/>, + <paramref name="count"/>).</summary>
    private void AddToResidual(long offset, int count)
    {
        var residual = new Span<float>(scratch.Residual + offset, count);
        var added = new Span<float>(scratch.Normed + offset, count);
        if (config.ResidualScale != 1) TensorPrimitives.Multiply(added, config.ResidualScale, added);
        TensorPrimitives.Add(residual, added, residual);
    }

    private void RmsNormInPlace(float* x, float* weight, int length)
    {
        var values = new Span<float>(x, length);
        RmsNorm.Forward(values, new ReadOnlySpan<float>(weight, length), config.RmsEps, values);
    }
}
