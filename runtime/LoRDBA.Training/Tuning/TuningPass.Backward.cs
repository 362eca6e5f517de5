using LoRDBA.Runtime.Threading;
using LoRDBA.Training.Backward;
using Linear = LoRDBA.Runtime.Models.Linear;

namespace LoRDBA.Training.Tuning;

/// <content>
/// The way back of one layer. A linear goes back in two phases: own tokens of its dy are quantized and shrunk; after a sync, own outputs of dB
/// and own inputs of dA and dx. The first phase of a linear shares a phase with what makes its dy, where that is made by tokens.
/// </content>
internal sealed unsafe partial class TuningPass
{
    private void Backward(int worker, int layer)
    {
        var w = weights.Layers[layer];
        var own = OwnTokens(worker);
        float* d = scratch.Gradient;

        var down = w.Down[0];
        ReadyBack(worker, down, d, scratch.Quantized0, own);
        Sync();
        ClearInputs(worker, scratch.DGated, config.NFf);
        ProductBack(worker, down, scratch.Gated, d, scratch.Quantized0, scratch.DGated);
        Sync();
        GateBack(worker);
        Sync();
        ReadyBack(worker, w.GateUp[0], scratch.DGate, scratch.Quantized0, own);
        ReadyBack(worker, w.GateUp[1], scratch.DUp, scratch.Quantized1, own);
        Sync();
        ClearInputs(worker, scratch.DNormed, config.NEmbd);
        ProductBack(worker, w.GateUp[0], scratch.NormedMiddle, scratch.DGate, scratch.Quantized0, scratch.DNormed);
        ProductBack(worker, w.GateUp[1], scratch.NormedMiddle, scratch.DUp, scratch.Quantized1, scratch.DNormed);
        Sync();
        NormBack(worker, scratch.Middle, w.FeedForwardNorm, scratch.NormFactorsMiddle, own);

        var output = w.AttentionOutput[0];
        ReadyBack(worker, output, d, scratch.Quantized0, own);
        Sync();
        ClearInputs(worker, scratch.DAttended, config.QueryDim);
        ProductBack(worker, output, scratch.Attended, d, scratch.Quantized0, scratch.DAttended);
        Sync();
        AttendBack(worker, layer);
        Sync();
        if (config.RopeTableOf(layer) is { } table)
        {
            Turn(scratch.DQuery, config.QueryDim, scratch.RotationBack + RotationOffset(table, 0), own);
            Turn(scratch.DKey, config.KvDim, scratch.RotationBack + RotationOffset(table, 0), own);
        }
        ReadyBack(worker, w.QueryKeyValue[0], scratch.DQuery, scratch.Quantized0, own);
        ReadyBack(worker, w.QueryKeyValue[1], scratch.DKey, scratch.Quantized1, own);
        ReadyBack(worker, w.QueryKeyValue[2], scratch.DValue, scratch.Quantized2, own);
        Sync();
        // Nobody is trained below the first layer.
        var dNormed = layer == 0 ? null : scratch.DNormed;
        if (dNormed is not null) ClearInputs(worker, dNormed, config.NEmbd);
        ProductBack(worker, w.QueryKeyValue[0], scratch.Normed, scratch.DQuery, scratch.Quantized0, dNormed);
        ProductBack(worker, w.QueryKeyValue[1], scratch.Normed, scratch.DKey, scratch.Quantized1, dNormed);
        ProductBack(worker, w.QueryKeyValue[2], scratch.Normed, scratch.DValue, scratch.Quantized2, dNormed);
        Sync();
        if (dNormed is not null) NormBack(worker, Stream(layer), w.AttentionNorm, scratch.NormFactors, own);
        Sync();
    }

    /// <summary>Own tokens of a linear's dy, ready for <see cref="ProductBack"/>.</summary>
    private void ReadyBack(int worker, Linear linear, float* dy, in Runtime.Kernels.QuantizedRows quantized, Share own)
    {
        Quantize(quantized, dy, linear.NOut, own);
        ShrinkBack(worker, linear, dy, own);
    }

    /// <summary>Own columns of the gradients by gate and up.</summary>
    private void GateBack(int worker)
    {
        var own = Own(worker, config.NFf);
        for (var t = 0; t < tokens; t++)
        {
            var (offset, length) = ((long)t * config.NFf + own.Start, own.End - own.Start);
            Span<float> dGate = new(scratch.DGate + offset, length), dUp = new(scratch.DUp + offset, length);
            dGate.Clear();
            dUp.Clear();
            SwiGlu.Backward(new(scratch.Gate + offset, length), new(scratch.Up + offset, length), new(scratch.DGated + offset, length), dGate, dUp);
        }
    }

    /// <summary>Own tokens of d += the way back through a norm; the gradient by its output is in DNormed.</summary>
    private void NormBack(int worker, float* x, float* gain, float* factors, Share own)
    {
        var (offset, length) = ((long)own.Start * config.NEmbd, (own.End - own.Start) * config.NEmbd);
        RmsNorm.Backward(
            new(x + offset, length), new(gain, config.NEmbd), new(factors + own.Start, own.End - own.Start), new(scratch.DNormed + offset, length),
            new(scratch.Gradient + offset, length), [], new(scratch.ScoresOf(worker), config.NEmbd));
    }

    /// <summary>Every n-th key head of every sample: the query heads that share it add to the same keys and values.</summary>
    private void AttendBack(int worker, int layer)
    {
        var shape = new AttentionShape(config.NHead, config.NHeadKv, config.HeadDim);
        var (scale, group) = (1 / config.AttentionOf(layer).Divisor, config.NHead / config.NHeadKv);
        for (var item = worker; item < batch.Samples * config.NHeadKv; item += pool.Workers)
        {
            var (start, end) = batch.Sample(item / config.NHeadKv);
            var head = item % config.NHeadKv;
            long q = (long)start * config.QueryDim, k = (long)start * config.KvDim;
            for (var t = start; t < end; t++)
            {
                new Span<float>(scratch.DQuery + (long)t * config.QueryDim + head * group * config.HeadDim, group * config.HeadDim).Clear();
                new Span<float>(scratch.DKey + (long)t * config.KvDim + head * config.HeadDim, config.HeadDim).Clear();
                new Span<float>(scratch.DValue + (long)t * config.KvDim + head * config.HeadDim, config.HeadDim).Clear();
            }
            for (var i = head * group; i < (head + 1) * group; i++)
                Attention.BackwardHead(
                    shape, i, scale, end - start, scratch.Query + q, scratch.Key + k, scratch.Value + k, scratch.Softmax + 2L * start * config.NHead,
                    scratch.DAttended + q, scratch.DQuery + q, scratch.DKey + k, scratch.DValue + k, scratch.ScoresOf(worker));
        }
    }
}
