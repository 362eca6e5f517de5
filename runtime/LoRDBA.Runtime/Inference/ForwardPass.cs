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
        ropeTables = [.. Enumerable.Range(0, config.NLayer).Select(config.RopeTableOf)];
        pool = new WorkerPool(options.Threads, Work);
    }

    /// <summary>Takes the plan's tokens through the layers; keys and values go to the caches of their sequences. Then computes the plan's
    /// logits.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, at the latest after one more layer; no logits were
    /// computed.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        (tokens, this.cancellation, isStopping) = (plan.Tokens, cancellation, false);
        pool.Run();
        this.cancellation = default;
        if (isStopping) cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Worker threads that the next steps use.</summary>
    public int ActiveThreads { get => pool.Workers; set => pool.Workers = value; }

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

            // What stands in [] is there in some families only; see ModelFamily.
            // residual += [scale ·] [norm](W_o · attention([rope](W_q x), [rope](W_k x), W_v x)),  x = [norm](residual)
            var x = Norm(worker, row: null, tokens, w.AttentionNorm);
            QueryKeyValue(worker, w.QueryKeyValue, x);
            Sync();
            if (family.QkNorm == QkNorm.Rows)
            {
                NormQueriesAndKeys(worker, w);
                Sync();
            }
            Attend(worker, layer, w);
            Sync();
            AddProduct(worker, w.AttentionOutput, scratch.Attended, scratch.Quantized, w.AttentionPostNorm);
            Sync();

            // residual += [scale ·] [norm](W_down · (silu or gelu(W_gate x) ⊙ W_up x)),  x = [norm](residual)
            x = Norm(worker, row: null, tokens, w.FeedForwardNorm);
            GateUp(worker, w.GateUp, x);
            Sync();
            AddProduct(worker, w.Down, scratch.Gate, scratch.QuantizedGate, w.FeedForwardPostNorm);
            // Before a sync, so that all workers see the same after it.
            if (worker == 0 && cancellation.IsCancellationRequested) isStopping = true;
            Sync();
        }
    }

    private void Sync() => pool.Barrier.Wait();

    private static int RowsTogether(int count) => count == 1 ? int.MaxValue : BatchRows;

    /// <summary>A width that is no multiple of the block belongs to float weights, whose kernel reads the float32 values.</summary>
    private bool Quantizes(int width) => !options.Oracle && width % QuantizedRows.BlockLength == 0;

    private void QueryKeyValue(int worker, InputGroup group, in MatMulInput x)
    {
        Shrink(worker, group, x);
        Product(worker, group[0], x, scratch.Query);
        Product(worker, group[1], x, scratch.Key);
        Product(worker, group[2], x, scratch.Value);
    }

    /// <summary>gate = silu(W_gate x) ⊙ W_up x, or with gelu.</summary>
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
        if (family.Activation == Activation.Silu) GatedUnit.Forward<SwiGlu>(scratch.Gate + offset, scratch.Up + offset, count);
        else GatedUnit.Forward<GeGlu>(scratch.Gate + offset, scratch.Up + offset, count);
        if (Quantizes(config.NFf))
            scratch.QuantizedGate.Quantize(scratch.Gate + offset, token, rows.Start / QuantizedRows.BlockLength, count / QuantizedRows.BlockLength);
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

    /// <summary>logits[i] = [cap]([scale ·] W_output · norm(residual[logit token i]))</summary>
    private void Head(int worker)
    {
        var x = Norm(worker, plan.LogitTokens, plan.LogitRows, weights.OutputNorm);
        Shrink(worker, weights.Output, x, plan.Head);
        var rows = Share.Of(config.NVocab, worker, pool.Workers, RowUnit);
        Product(worker, weights.Output[0], x, scratch.Logits, rows, plan.Head);
        if (config.LogitScale == 1 && config.LogitSoftCap == 0) return;
        for (var i = 0; i < plan.LogitRows; i++)
        {
            var own = new Span<float>(scratch.Logits + (long)i * config.NVocab + rows.Start, rows.End - rows.Start);
            if (config.LogitScale != 1) TensorPrimitives.Multiply(own, config.LogitScale, own);
            if (config.LogitSoftCap != 0) SoftCap.Forward(scratch.Logits + (long)i * config.NVocab + rows.Start, own.Length, config.LogitSoftCap);
        }
    }
}
