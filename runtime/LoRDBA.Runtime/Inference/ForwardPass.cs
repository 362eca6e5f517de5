using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <summary>
/// One step: a batch of tokens through all layers, then the head. All workers run the same code from top to bottom, each on its share of
/// every phase, and sync where a phase reads what others wrote in the one before.
/// </summary>
/// <remarks>
/// Shapes: tokens = those of the batch; see <see cref="StepScratch"/> for the buffers. Every output element is computed by one worker in an
/// order that depends on neither the number of workers nor on what else is in the batch, so neither changes a bit of the result.
/// </remarks>
internal sealed unsafe partial class ForwardPass : IDisposable
{
    /// <summary>Rows of a matrix are shared out in whole tiles, which are whole cache lines too: no two workers write to one.</summary>
    private const int RowUnit = WeightTile.Rows;

    /// <summary>
    /// Rows of a batch's product that are finished, adapter and all, before the next ones begin: [512][64] floats stay in the second-level
    /// cache. A single token takes all its rows at once.
    /// </summary>
    private const int BatchRows = 2 * RowUnit;

    private readonly Model model;
    private readonly ModelConfig config;
    private readonly ModelFamily family;
    private readonly ModelWeights weights;
    private readonly StepScratch scratch;
    private readonly StepPlan plan;
    private readonly EngineOptions options;
    private readonly WorkerPool pool;

    // The step at hand.
    private int tokens;
    private CancellationToken cancellation;
    private volatile bool isStopping;

    public ForwardPass(Model model, StepScratch scratch, StepPlan plan, EngineOptions options)
    {
        (this.model, config, weights, this.scratch, this.plan, this.options) = (model, model.Config, model.Weights, scratch, plan, options);
        family = config.Family;
        rules = [.. Enumerable.Range(0, config.NLayer).Select(config.AttentionOf)];
        pool = new WorkerPool(options.Threads, Work);
    }

    /// <summary>Takes the plan's tokens through the layers; keys and values go to the caches of their sequences. Then computes the plan's logits.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, at the latest after one more layer; no logits were computed.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        (tokens, this.cancellation, isStopping) = (plan.Tokens, cancellation, false);
        pool.Run();
        this.cancellation = default;
        if (isStopping) cancellation.ThrowIfCancellationRequested();
    }

    public void Dispose() => pool.Dispose();

    private void Work(int worker)
    {
        if (tokens > 0) Layers(worker);
        if (plan.LogitRows > 0 && !isStopping) Head(worker);
    }

    private void Layers(int worker)
    {
        Embed(worker);
        if (tokens == 1) Sync();
        for (var layer = 0; layer < config.NLayer && !isStopping; layer++)
        {
            var w = weights.Layers[layer];

            // residual += W_o · attention(rope(W_q x), rope(W_k x), W_v x),  x = norm(residual)
            var x = Norm(worker, row: null, tokens, w.AttentionNorm);
            QueryKeyValue(worker, w.QueryKeyValue, x);
            Sync();
            Attend(worker, layer, w);
            Sync();
            AddProduct(worker, w.AttentionOutput, scratch.Attended, scratch.Quantized);
            Sync();

            // residual += W_down · (silu(W_gate x) ⊙ W_up x),  x = norm(residual)
            x = Norm(worker, row: null, tokens, w.FeedForwardNorm);
            GateUp(worker, w.GateUp, x);
            Sync();
            AddProduct(worker, w.Down, scratch.Gate, scratch.QuantizedGate);
            // Before a sync, so that all workers see the same after it.
            if (worker == 0 && cancellation.IsCancellationRequested) isStopping = true;
            Sync();
        }
    }

    private void Sync() => pool.Barrier.Wait();

    private static int RowsTogether(int count) => count == 1 ? int.MaxValue : BatchRows;

    /// <summary>residual[t] = embedding[token t]; and the angles of its position.</summary>
    private void Embed(int worker)
    {
        var share = Share.Of(tokens, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++)
        {
            var row = weights.Embedding.Row(plan.Ids[t]);
            weights.Embedding.Format.Dequantize(row, new Span<float>(scratch.Residual + (long)t * config.NEmbd, config.NEmbd));
            Rope.Angles(plan.Positions[t], model.RopeFrequencies, model.RopeMagnitude, family.RopePairs, RotationOf(t));
        }
    }

    /// <summary>
    /// norm(residual) of <paramref name="count"/> tokens, ready for the products. The tokens are shared out, and the workers sync. A single token's
    /// norm every worker makes for itself, in a row of its own: that takes less time than to wait for one of them.
    /// </summary>
    /// <param name="worker">Which worker this is.</param>
    /// <param name="row">Which token each row is; null for all in order.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="weight">[n_embd]</param>
    private MatMulInput Norm(int worker, int[]? row, int count, float* weight)
    {
        if (count == 1)
        {
            NormRow(row is null ? 0 : row[0], worker, weight);
            return new MatMulInput(scratch.Normed + (long)worker * config.NEmbd, scratch.Quantized.WithWidth(config.NEmbd).From(worker), count);
        }
        var share = Share.Of(count, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++) NormRow(row is null ? t : row[t], t, weight);
        Sync();
        return new MatMulInput(scratch.Normed, scratch.Quantized.WithWidth(config.NEmbd), count);
    }

    /// <summary>normed[to] = norm(residual[from]), in float32 and in whole numbers.</summary>
    private void NormRow(int from, int to, float* weight)
    {
        var normed = scratch.Normed + (long)to * config.NEmbd;
        RmsNorm.Forward(
            new ReadOnlySpan<float>(scratch.Residual + (long)from * config.NEmbd, config.NEmbd),
            new ReadOnlySpan<float>(weight, config.NEmbd), config.RmsEps, new Span<float>(normed, config.NEmbd));
        if (Quantizes(config.NEmbd)) scratch.Quantized.WithWidth(config.NEmbd).Quantize(normed, to);
    }

    /// <summary>A width that is no multiple of the block belongs to float weights, whose kernel reads the float32 values.</summary>
    private bool Quantizes(int width) => !options.Oracle && width % QuantizedRows.BlockLength == 0;

    private void QueryKeyValue(int worker, InputGroup group, in MatMulInput x)
    {
        Shrink(worker, group, x);
        Product(worker, group[0], x, scratch.Query);
        Product(worker, group[1], x, scratch.Key);
        Product(worker, group[2], x, scratch.Value);
    }

    /// <summary>gate = silu(W_gate x) ⊙ W_up x</summary>
    private void GateUp(int worker, InputGroup group, in MatMulInput x)
    {
        Shrink(worker, group, x);
        var own = Share.Of(config.NFf, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether(tokens)))
        {
            Product(worker, group[0], x, scratch.Gate, rows, plan.Layers);
            Product(worker, group[1], x, scratch.Up, rows, plan.Layers);
            for (var t = 0; t < tokens; t++) Activate(t, rows);
        }
    }

    /// <summary>These rows of one token's gate: nobody else's are needed, not even to quantize them.</summary>
    private void Activate(int token, Share rows)
    {
        var (offset, count) = ((long)token * config.NFf + rows.Start, rows.End - rows.Start);
        SwiGlu.Forward(scratch.Gate + offset, scratch.Up + offset, count);
        if (Quantizes(config.NFf))
            scratch.QuantizedGate.Quantize(scratch.Gate + offset, token, rows.Start / QuantizedRows.BlockLength, count / QuantizedRows.BlockLength);
    }

    /// <summary>residual += W x, for a matrix that writes back to the residual stream.</summary>
    private void AddProduct(int worker, InputGroup group, float* x, in QuantizedRows quantized)
    {
        var linear = group[0];
        var input = new MatMulInput(x, quantized.WithWidth(linear.NIn), tokens);
        Shrink(worker, group, input);
        var own = Share.Of(linear.NOut, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether(tokens)))
        {
            Product(worker, linear, input, scratch.Normed, rows, plan.Layers);
            for (var t = 0; t < tokens; t++)
            {
                var offset = (long)t * config.NEmbd + rows.Start;
                var residual = new Span<float>(scratch.Residual + offset, rows.End - rows.Start);
                TensorPrimitives.Add(residual, new ReadOnlySpan<float>(scratch.Normed + offset, rows.End - rows.Start), residual);
            }
        }
    }

    /// <summary>The adapters' shrinks of an input. A single token's are every worker's own; see <see cref="AdapterPass"/>.</summary>
    private void Shrink(int worker, InputGroup group, in MatMulInput x) => Shrink(worker, group, x, plan.Layers);

    private void Shrink(int worker, InputGroup group, in MatMulInput x, AdapterPass adapters)
    {
        if (worker == 0) options.Observer?.Invoke(group, new ReadOnlySpan<float>(x.Values, x.Tokens * group.NIn));
        if (!adapters.Adapts(group)) return;
        adapters.Shrink(group, x, worker, pool.Workers);
        if (x.Tokens > 1) Sync();
    }

    /// <summary>The worker's rows of y = W x and of what the adapters add to them.</summary>
    private void Product(int worker, Linear linear, in MatMulInput x, float* y)
    {
        var own = Share.Of(linear.NOut, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether(x.Tokens))) Product(worker, linear, x, y, rows, plan.Layers);
    }

    /// <summary>These rows of it.</summary>
    private void Product(int worker, Linear linear, in MatMulInput x, float* y, Share rows, AdapterPass adapters)
    {
        Kernel(linear).Run(linear.Weights, x, y, rows.Start, rows.End, scratch.UnpackedOf(worker));
        if (linear.Bias is not null) AddBias(linear, x.Tokens, y, rows);
        adapters.Expand(linear, x.Tokens, y, rows, worker);
    }

    private MatMul Kernel(Linear linear) => options.Oracle ? FloatMatMul.Instance : linear.Kernel;

    private static void AddBias(Linear linear, int tokens, float* y, Share rows)
    {
        var bias = new ReadOnlySpan<float>(linear.Bias + rows.Start, rows.End - rows.Start);
        for (var t = 0; t < tokens; t++)
        {
            var own = new Span<float>(y + (long)t * linear.NOut + rows.Start, bias.Length);
            TensorPrimitives.Add(own, bias, own);
        }
    }

    /// <summary>logits[i] = W_output · norm(residual[logit token i])</summary>
    private void Head(int worker)
    {
        var x = Norm(worker, plan.LogitTokens, plan.LogitRows, weights.OutputNorm);
        Shrink(worker, weights.Output, x, plan.Head);
        var rows = Share.Of(config.NVocab, worker, pool.Workers, RowUnit);
        Product(worker, weights.Output[0], x, scratch.Logits, rows, plan.Head);
    }
}
