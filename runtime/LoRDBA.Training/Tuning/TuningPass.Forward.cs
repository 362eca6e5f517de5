using System.Numerics.Tensors;
using LoRDBA.Runtime.Threading;
using LoRDBA.Training.Backward;
using RmsNorm = LoRDBA.Training.Backward.RmsNorm;
using Rope = LoRDBA.Runtime.Kernels.Rope;
using SwiGlu = LoRDBA.Training.Backward.SwiGlu;

namespace LoRDBA.Training.Tuning;

/// <content>The way forward.</content>
internal sealed unsafe partial class TuningPass
{
    /// <summary>Stream 0: embeddings; and the angles of each token's position, both ways.</summary>
    private void Embed(int worker)
    {
        var own = OwnTokens(worker);
        for (var t = own.Start; t < own.End; t++)
        {
            var stream = new Span<float>(Stream(0) + (long)t * config.NEmbd, config.NEmbd);
            weights.Embedding.Format.Dequantize(weights.Embedding.Row(batch.TokenAt(t)), stream);
            if (config.EmbeddingScale != 1) TensorPrimitives.Multiply(stream, config.EmbeddingScale, stream);
            for (var table = 0; table < model.RopeTables.Length; table++)
            {
                ref readonly var rope = ref model.RopeTables[table];
                var frequencies = rope.IsLong(scratch.Tokens) ? rope.LongFrequencies : rope.Frequencies;
                var offset = RotationOffset(table, t);
                Rope.Angles(batch.PositionAt(t), frequencies, rope.Magnitude, config.Family.RopePairs, scratch.Rotation + offset);
                Rope.Angles(-batch.PositionAt(t), frequencies, rope.Magnitude, config.Family.RopePairs, scratch.RotationBack + offset);
            }
        }
    }

    private long RotationOffset(int table, int token) => 2L * ((long)table * scratch.Tokens + token) * config.RopeDim;

    /// <summary>One layer; not to the end, it stops with what the way back needs: the down product's input and bottleneck.</summary>
    private void Forward(int worker, int layer, bool toTheEnd)
    {
        var w = weights.Layers[layer];
        var own = OwnTokens(worker);
        float* x = Stream(layer);
        Norm(x, w.AttentionNorm, scratch.Normed, scratch.NormFactors, own);
        Quantize(scratch.Quantized0, scratch.Normed, config.NEmbd, own);
        for (var i = 0; i < 3; i++) Shrink(worker, w.QueryKeyValue[i], scratch.Normed, own);
        Sync();
        Product(worker, w.QueryKeyValue[0], scratch.Normed, scratch.Quantized0, scratch.Query);
        Product(worker, w.QueryKeyValue[1], scratch.Normed, scratch.Quantized0, scratch.Key);
        Product(worker, w.QueryKeyValue[2], scratch.Normed, scratch.Quantized0, scratch.Value);
        Sync();
        if (config.RopeTableOf(layer) is { } table)
        {
            Turn(scratch.Query, config.QueryDim, scratch.Rotation + RotationOffset(table, 0), own);
            Turn(scratch.Key, config.KvDim, scratch.Rotation + RotationOffset(table, 0), own);
        }
        Sync();
        Attend(worker, layer);
        Sync();
        var output = w.AttentionOutput[0];
        Quantize(scratch.Quantized0, scratch.Attended, config.QueryDim, own);
        Shrink(worker, output, scratch.Attended, own);
        Sync();
        Product(worker, output, scratch.Attended, scratch.Quantized0, scratch.Middle);
        AddStream(worker, x, scratch.Middle);
        Sync();
        Norm(scratch.Middle, w.FeedForwardNorm, scratch.NormedMiddle, scratch.NormFactorsMiddle, own);
        Quantize(scratch.Quantized0, scratch.NormedMiddle, config.NEmbd, own);
        for (var i = 0; i < 2; i++) Shrink(worker, w.GateUp[i], scratch.NormedMiddle, own);
        Sync();
        Product(worker, w.GateUp[0], scratch.NormedMiddle, scratch.Quantized0, scratch.Gate);
        Product(worker, w.GateUp[1], scratch.NormedMiddle, scratch.Quantized0, scratch.Up);
        Gate(worker);
        Sync();
        var down = w.Down[0];
        Quantize(scratch.Quantized0, scratch.Gated, config.NFf, own);
        Shrink(worker, down, scratch.Gated, own);
        if (!toTheEnd) return;
        Sync();
        Product(worker, down, scratch.Gated, scratch.Quantized0, Stream(layer + 1));
        AddStream(worker, scratch.Middle, Stream(layer + 1));
        Sync();
    }

    private void Norm(float* x, float* gain, float* y, float* factors, Share own)
    {
        var (offset, length) = ((long)own.Start * config.NEmbd, (own.End - own.Start) * config.NEmbd);
        RmsNorm.Forward(
            new(x + offset, length), new(gain, config.NEmbd), config.RmsEps, new(y + offset, length), new(factors + own.Start, own.End - own.Start));
    }

    private void Turn(float* rows, int width, float* rotation, Share own)
    {
        for (var t = own.Start; t < own.End; t++)
            for (var head = 0; head < width; head += config.HeadDim)
                Rope.Forward(rows + (long)t * width + head, rotation + 2L * t * config.RopeDim, config.RopeDim, config.Family.RopePairs);
    }

    /// <summary>Every n-th query head of every sample.</summary>
    private void Attend(int worker, int layer)
    {
        var shape = new AttentionShape(config.NHead, config.NHeadKv, config.HeadDim);
        var scale = 1 / config.AttentionOf(layer).Divisor;
        for (var item = worker; item < batch.Samples * config.NHead; item += pool.Workers)
        {
            var (start, end) = batch.Sample(item / config.NHead);
            Attention.ForwardHead(
                shape, item % config.NHead, scale, end - start, scratch.Query + (long)start * config.QueryDim, scratch.Key + (long)start * config.KvDim,
                scratch.Value + (long)start * config.KvDim, scratch.Attended + (long)start * config.QueryDim,
                scratch.Softmax + 2L * start * config.NHead, scratch.ScoresOf(worker));
        }
    }

    /// <summary>y += x, the outputs that the worker has just made.</summary>
    private void AddStream(int worker, float* x, float* y)
    {
        var own = Own(worker, config.NEmbd);
        for (var t = 0; t < tokens; t++)
        {
            var offset = (long)t * config.NEmbd + own.Start;
            AddTo(y + offset, x + offset, own.End - own.Start);
        }
    }

    private void Gate(int worker)
    {
        var own = Own(worker, config.NFf);
        for (var t = 0; t < tokens; t++)
        {
            var (offset, length) = ((long)t * config.NFf + own.Start, own.End - own.Start);
            SwiGlu.Forward(new(scratch.Gate + offset, length), new(scratch.Up + offset, length), new(scratch.Gated + offset, length));
        }
    }
}
