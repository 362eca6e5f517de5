using System.Numerics.Tensors;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Inference;

/// <summary>
/// One step: a batch of tokens through all layers, then the head. All workers run the same code from top to bottom,
/// each on its share of every phase, and meet at a barrier where a phase reads what others wrote in the one before.
/// </summary>
/// <remarks>
/// Shapes: n = tokens in the batch; see <see cref="RunState"/> for the buffers. Every output element is computed by one
/// worker in an order that depends on neither the number of workers nor on n, so neither changes a bit of the result.
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
    private readonly RopePairs ropePairs;
    private readonly ModelWeights weights;
    private readonly RunState state;
    private readonly WorkerPool pool;
    private readonly bool oracle;

    // The step at hand.
    private int tokens;
    private int position;
    private int headRow;
    private int headRows;

    public ForwardPass(Model model, RunState state, int workers, bool oracle)
    {
        (this.model, config, weights, this.state, this.oracle) = (model, model.Config, model.Weights, state, oracle);
        ropePairs = config.Family.RopePairs;
        pool = new WorkerPool(workers, Work);
    }

    /// <summary>The adapter's part in the products; set between two steps.</summary>
    public AdapterLane? Adapter { get; set; }

    /// <summary>Takes tokens [n], n at most the batch length, through the layers; keys and values go to the cache from <paramref name="firstPosition"/> on.</summary>
    /// <param name="ids">[n], each below n_vocab.</param>
    /// <param name="firstPosition">Position of the first of them.</param>
    /// <param name="withLogits">Whether the logits of the last token are computed, to row 0 of the logits.</param>
    public void Run(ReadOnlySpan<int> ids, int firstPosition, bool withLogits)
    {
        ids.CopyTo(new Span<int>(state.Tokens, state.BatchLength));
        (tokens, position) = (ids.Length, firstPosition);
        (headRow, headRows) = (ids.Length - 1, withLogits ? 1 : 0);
        pool.Run();
    }

    /// <summary>The logits of tokens [<paramref name="first"/>, + <paramref name="count"/>) of the last batch, to rows 0 ... of the logits.</summary>
    public void RunHead(int first, int count)
    {
        (tokens, headRow, headRows) = (0, first, count);
        pool.Run();
    }

    public void Dispose() => pool.Dispose();

    private void Work(int worker)
    {
        if (tokens > 0) Layers(worker);
        if (headRows > 0) Head(worker);
    }

    private void Layers(int worker)
    {
        Embed(worker);
        if (tokens == 1) Sync();
        for (var layer = 0; layer < config.NLayer; layer++)
        {
            var w = weights.Layers[layer];

            // residual += W_o · attention(rope(W_q x), rope(W_k x), W_v x),  x = norm(residual)
            var x = Norm(worker, first: 0, tokens, w.AttentionNorm);
            QueryKeyValue(worker, w, x);
            Sync();
            Attend(worker, layer, w);
            Sync();
            AddProduct(worker, w.AttentionOutput, state.Attended, state.Quantized);
            Sync();

            // residual += W_down · (silu(W_gate x) ⊙ W_up x),  x = norm(residual)
            x = Norm(worker, first: 0, tokens, w.FeedForwardNorm);
            GateUp(worker, w, x);
            Sync();
            AddProduct(worker, w.Down, state.Gate, state.QuantizedGate);
            Sync();
        }
    }

    private void Sync() => pool.Barrier.Wait();

    private int RowsTogether => tokens == 1 ? int.MaxValue : BatchRows;

    /// <summary>residual[t] = embedding[token t]; and the angles of its position.</summary>
    private void Embed(int worker)
    {
        var share = Share.Of(tokens, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++)
        {
            var row = weights.Embedding.Row(state.Tokens[t]);
            weights.Embedding.Format.Dequantize(row, new Span<float>(state.Residual + (long)t * config.NEmbd, config.NEmbd));
            Rope.Angles(position + t, model.RopeFrequencies, model.RopeMagnitude, ropePairs, RotationOf(t));
        }
    }

    /// <summary>
    /// norm(residual) of <paramref name="count"/> tokens, ready for the products. A batch's tokens are shared out, and the workers meet. A single token's
    /// norm every worker makes for itself, in a row of its own: that takes less time than to wait for one of them.
    /// </summary>
    private MatMulInput Norm(int worker, int first, int count, float* weight)
    {
        if (count == 1)
        {
            NormRow(first, worker, weight);
            return new MatMulInput(state.Normed + (long)worker * config.NEmbd, state.Quantized.WithWidth(config.NEmbd).From(worker), count);
        }
        var share = Share.Of(count, worker, pool.Workers);
        for (var t = share.Start; t < share.End; t++) NormRow(first + t, t, weight);
        Sync();
        return new MatMulInput(state.Normed, state.Quantized.WithWidth(config.NEmbd), count);
    }

    /// <summary>normed[to] = norm(residual[from]), in float32 and in whole numbers.</summary>
    private void NormRow(int from, int to, float* weight)
    {
        var normed = state.Normed + (long)to * config.NEmbd;
        RmsNorm.Forward(
            new ReadOnlySpan<float>(state.Residual + (long)from * config.NEmbd, config.NEmbd),
            new ReadOnlySpan<float>(weight, config.NEmbd), config.RmsEps, new Span<float>(normed, config.NEmbd));
        if (Quantizes(config.NEmbd)) state.Quantized.WithWidth(config.NEmbd).Quantize(normed, to);
    }

    /// <summary>A width that is no multiple of the block belongs to float weights, whose kernel reads the float32 values.</summary>
    private bool Quantizes(int width) => !oracle && width % QuantizedRows.BlockLength == 0;

    private void QueryKeyValue(int worker, LayerWeights w, in MatMulInput x)
    {
        Shrink(worker, w.Query, count: 3, x);
        Product(worker, w.Query, slot: 0, x, state.Query);
        Product(worker, w.Key, slot: 1, x, state.Key);
        Product(worker, w.Value, slot: 2, x, state.Value);
    }

    /// <summary>gate = silu(W_gate x) ⊙ W_up x</summary>
    private void GateUp(int worker, LayerWeights w, in MatMulInput x)
    {
        Shrink(worker, w.Gate, count: 2, x);
        var own = Share.Of(config.NFf, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether))
        {
            Product(worker, w.Gate, slot: 0, x, state.Gate, rows);
            Product(worker, w.Up, slot: 1, x, state.Up, rows);
            for (var t = 0; t < tokens; t++) Activate(t, rows);
        }
    }

    /// <summary>These rows of one token's gate: nobody else's are needed, not even to quantize them.</summary>
    private void Activate(int token, Share rows)
    {
        var (offset, count) = ((long)token * config.NFf + rows.Start, rows.End - rows.Start);
        SwiGlu.Forward(state.Gate + offset, state.Up + offset, count);
        if (Quantizes(config.NFf))
            state.QuantizedGate.Quantize(state.Gate + offset, token, rows.Start / QuantizedRows.BlockLength, count / QuantizedRows.BlockLength);
    }

    /// <summary>residual += W x, for a matrix that writes back to the residual stream.</summary>
    private void AddProduct(int worker, Linear linear, float* x, in QuantizedRows quantized)
    {
        var input = new MatMulInput(x, quantized.WithWidth(linear.NIn), tokens);
        Shrink(worker, linear, count: 1, input);
        var own = Share.Of(linear.NOut, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether))
        {
            Product(worker, linear, slot: 0, input, state.Normed, rows);
            for (var t = 0; t < tokens; t++)
            {
                var offset = (long)t * config.NEmbd + rows.Start;
                var residual = new Span<float>(state.Residual + offset, rows.End - rows.Start);
                TensorPrimitives.Add(residual, new ReadOnlySpan<float>(state.Normed + offset, rows.End - rows.Start), residual);
            }
        }
    }

    /// <summary>The adapter's down products of the linears that read x. A single token's are every worker's own; see <see cref="AdapterLane"/>.</summary>
    private void Shrink(int worker, Linear first, int count, in MatMulInput x)
    {
        if (Adapter is not { } adapter) return;
        adapter.Shrink(first, count, x, worker);
        if (x.Tokens > 1) Sync();
    }

    /// <summary>The worker's rows of y = W x and of what the adapter adds to them.</summary>
    private void Product(int worker, Linear linear, int slot, in MatMulInput x, float* y)
    {
        var own = Share.Of(linear.NOut, worker, pool.Workers, RowUnit);
        foreach (var rows in own.Cut(RowsTogether)) Product(worker, linear, slot, x, y, rows);
    }

    /// <summary>These rows of it.</summary>
    private void Product(int worker, Linear linear, int slot, in MatMulInput x, float* y, Share rows)
    {
        Kernel(linear).Run(linear.Weights, x, y, rows.Start, rows.End, state.ScratchOf(worker));
        if (linear.Bias is not null) AddBias(linear, y, rows);
        Adapter?.Expand(linear, slot, tokens, y, rows, worker);
    }

    private MatMul Kernel(Linear linear) => oracle ? FloatMatMul.Instance : linear.Kernel;

    private void AddBias(Linear linear, float* y, Share rows)
    {
        var bias = new ReadOnlySpan<float>(linear.Bias + rows.Start, rows.End - rows.Start);
        for (var t = 0; t < tokens; t++)
        {
            var own = new Span<float>(y + (long)t * linear.NOut + rows.Start, bias.Length);
            TensorPrimitives.Add(own, bias, own);
        }
    }

    /// <summary>logits[i] = W_output · norm(residual[head_row + i])</summary>
    private void Head(int worker)
    {
        var x = Norm(worker, headRow, headRows, weights.OutputNorm);
        Shrink(worker, weights.Output, count: 1, x);
        var rows = Share.Of(config.NVocab, worker, pool.Workers, RowUnit);
        Kernel(weights.Output).Run(weights.Output.Weights, x, state.Logits, rows.Start, rows.End, state.ScratchOf(worker));
        Adapter?.Expand(weights.Output, slot: 0, headRows, state.Logits, rows, worker);
    }
}
