using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Threading;
using LoRDBA.Training.Backward;
using RmsNorm = LoRDBA.Training.Backward.RmsNorm;

namespace LoRDBA.Training.Tuning;

/// <content>
/// The head, over rows whose next token counts, some at a time: their logits, the loss, and the gradient by the last stream. So there is never
/// a matrix of [tokens][n_vocab].
/// </content>
internal sealed unsafe partial class TuningPass
{
    private void Head(int worker)
    {
        for (var first = 0; first < batch.LossTokens; first += scratch.HeadRows) Head(worker, first, Math.Min(scratch.HeadRows, batch.LossTokens - first));
    }

    private void Head(int worker, int first, int rows)
    {
        var (head, c) = (weights.Output[0], config.NEmbd);
        var own = Share.Of(rows, worker, pool.Workers);
        float* last = Stream(config.NLayer);
        for (var i = own.Start; i < own.End; i++)
            RmsNorm.Forward(
                new(last + (long)batch.LossRow(first + i) * c, c), new(weights.OutputNorm, c), config.RmsEps, new(scratch.HeadInput + (long)i * c, c),
                new(scratch.HeadFactors + i, 1));
        Quantize(scratch.QuantizedHead, scratch.HeadInput, c, own);
        Sync();
        var outputs = Own(worker, config.NVocab);
        Kernel(head).Run(
            head.Weights, new MatMulInput(scratch.HeadInput, scratch.QuantizedHead, rows), scratch.Logits, outputs.Start, outputs.End, scratch.KernelOf(worker));
        Sync();
        Span<float> one = [1f];
        for (var i = own.Start; i < own.End; i++)
        {
            var target = batch.Target(first + i);
            CrossEntropy.ForwardBackward(
                new(scratch.Logits + (long)i * config.NVocab, config.NVocab), new(ref target), one, GoesBack ? totalWeight : 1, new(scratch.Nll + first + i, 1));
        }
        if (!GoesBack)
        {
            Sync();
            return;
        }

        Quantize(scratch.QuantizedLogits, scratch.Logits, config.NVocab, own);
        Sync();
        var inputs = Own(worker, c);
        for (var i = 0; i < rows; i++) new Span<float>(scratch.DHeadInput + (long)i * c + inputs.Start, inputs.End - inputs.Start).Clear();
        if (inputs.Start < inputs.End)
            Kernel(head).RunTransposed(
                head.Weights, new MatMulInput(scratch.Logits, scratch.QuantizedLogits, rows), scratch.DHeadInput, inputs.Start, inputs.End, scratch.KernelOf(worker));
        Sync();
        for (var i = own.Start; i < own.End; i++)
        {
            var row = (long)batch.LossRow(first + i) * c;
            RmsNorm.Backward(
                new(last + row, c), new(weights.OutputNorm, c), new(scratch.HeadFactors + i, 1), new(scratch.DHeadInput + (long)i * c, c),
                new(scratch.Gradient + row, c), [], new(scratch.ScoresOf(worker), c));
        }
        Sync();
    }
}
