using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Threading;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tuning;

/// <summary>
/// One batch forward, and backward to the branches' gradients. All workers run the same code from top to bottom, each on its share of every
/// phase: of tokens where rows are made ready for a product, of a product's outputs or inputs where weights are read.
/// </summary>
/// <remarks>
/// A layer keeps nothing but the stream that it was given: the way back runs it again, up to the down product, which nobody needs. Every
/// number is computed by one worker in one order, so the number of workers changes no bit. Nothing is allocated.
/// </remarks>
internal sealed unsafe partial class TuningPass : IDisposable
{
    /// <summary>Rows and columns are shared out in whole pieces of a branch's gradient, which are whole tiles.</summary>
    private const int Unit = TunedBranch.Columns;

    private readonly Model model;
    private readonly ModelConfig config;
    private readonly ModelWeights weights;
    private readonly TunedBranch?[] branches;
    private readonly TuningScratch scratch;
    private readonly WorkerPool pool;
    private readonly int rank;
    private readonly bool oracle;

    // The batch at hand.
    private TuningBatch batch = null!;
    private int tokens;
    private float totalWeight;

    /// <param name="model">The frozen base.</param>
    /// <param name="branches">Of each of its linears, [<see cref="Model.Linears"/>]; null for none.</param>
    /// <param name="capacity">The most tokens of a batch.</param>
    /// <param name="headRows">Rows of logits that lie in memory at a time.</param>
    /// <param name="threads">Workers.</param>
    /// <param name="oracle">Compute the base's products in float32 from dequantized rows.</param>
    /// <exception cref="TuningException">The model has a step whose way back is not built.</exception>
    public TuningPass(Model model, TunedBranch?[] branches, int capacity, int headRows, int threads, bool oracle = false)
    {
        TunableModel.Check(model);
        (this.model, config, weights, this.branches, this.oracle) = (model, model.Config, model.Weights, branches, oracle);
        rank = branches.Max(branch => branch?.Rank ?? 0);
        scratch = new TuningScratch(config, capacity, Math.Min(headRows, capacity), rank, threads);
        pool = new WorkerPool(threads, Work);
    }

    /// <summary>Bytes of the arena.</summary>
    public long ByteLength => scratch.ByteLength;

    /// <summary>Whether the branches act; otherwise the base alone is measured.</summary>
    public bool UsesBranches { get; set; } = true;

    /// <summary>Adds the gradients of the batch's loss, Σ NLL / <paramref name="totalWeight"/>, and returns Σ NLL in nats.</summary>
    /// <param name="batch">Not above the capacity.</param>
    /// <param name="totalWeight">Tokens that count in the whole step.</param>
    public double AddGradients(TuningBatch batch, float totalWeight) => Run(batch, totalWeight);

    /// <summary>Σ NLL of the batch's loss rows, in nats; no gradient.</summary>
    public double Measure(TuningBatch batch) => Run(batch, 0);

    public void Dispose()
    {
        pool.Dispose();
        scratch.Dispose();
    }

    private double Run(TuningBatch batch, float totalWeight)
    {
        (this.batch, tokens, this.totalWeight) = (batch, batch.Tokens, totalWeight);
        if (tokens == 0) return 0;
        pool.Run();
        var sum = 0.0;
        for (var i = 0; i < batch.LossTokens; i++) sum += scratch.Nll[i];
        return sum;
    }

    private bool GoesBack => totalWeight > 0;

    private void Work(int worker)
    {
        Embed(worker);
        for (var layer = 0; layer < config.NLayer; layer++) Forward(worker, layer, toTheEnd: true);
        if (GoesBack)
        {
            var own = OwnTokens(worker);
            new Span<float>(scratch.Gradient + (long)own.Start * config.NEmbd, (own.End - own.Start) * config.NEmbd).Clear();
        }
        Sync();
        Head(worker);
        if (!GoesBack) return;
        for (var layer = config.NLayer - 1; layer >= 0; layer--)
        {
            Forward(worker, layer, toTheEnd: false);
            Sync();
            Backward(worker, layer);
        }
    }

    private void Sync() => pool.Barrier.Wait();

    private Share OwnTokens(int worker) => Share.Of(tokens, worker, pool.Workers);

    private Share Own(int worker, int width) => Share.Of(width, worker, pool.Workers, Unit);

    private float* Stream(int layer) => scratch.Streams + (long)layer * scratch.Tokens * config.NEmbd;

    private TunedBranch? BranchOf(Linear linear) => UsesBranches ? branches[linear.Index] : null;

    private float* CarriersOf(Linear linear) => scratch.Carriers + (long)(int)linear.Kind * scratch.Tokens * rank;

    private float* DCarriersOf(Linear linear) => scratch.DCarriers + (long)(int)linear.Kind * scratch.Tokens * rank;

    private MatMul Kernel(Linear linear) => oracle ? FloatMatMul.Instance : linear.Kernel;

    /// <summary>Rows that are no whole blocks belong to float weights, whose kernel reads the float32 values.</summary>
    private bool Quantizes(int width) => !oracle && width % QuantizedRows.BlockLength == 0;

    private void Quantize(in QuantizedRows to, float* rows, int width, Share own)
    {
        if (!Quantizes(width)) return;
        var quantized = to.WithWidth(width);
        for (var t = own.Start; t < own.End; t++) quantized.Quantize(rows + (long)t * width, t);
    }

    /// <summary>Own tokens of the bottleneck of a linear's branch.</summary>
    private void Shrink(int worker, Linear linear, float* x, Share own)
    {
        if (BranchOf(linear) is not { } branch || own.Start == own.End) return;
        branch.Shrink(x + (long)own.Start * linear.NIn, own.End - own.Start, CarriersOf(linear) + (long)own.Start * branch.Rank, scratch.BranchOf(worker));
    }

    /// <summary>Own tokens of the gradient by it.</summary>
    private void ShrinkBack(int worker, Linear linear, float* dy, Share own)
    {
        if (BranchOf(linear) is not { } branch || own.Start == own.End) return;
        branch.ShrinkBack(dy + (long)own.Start * linear.NOut, own.End - own.Start, DCarriersOf(linear) + (long)own.Start * branch.Rank, scratch.BranchOf(worker));
    }

    /// <summary>Own outputs of y = W x + branch.</summary>
    private void Product(int worker, Linear linear, float* x, in QuantizedRows quantized, float* y)
    {
        var own = Own(worker, linear.NOut);
        foreach (var rows in own.Cut(Unit))
        {
            Kernel(linear).Run(linear.Weights, new MatMulInput(x, quantized.WithWidth(linear.NIn), tokens), y, rows.Start, rows.End, scratch.KernelOf(worker));
            if (linear.Bias is not null)
                for (var t = 0; t < tokens; t++) AddTo(y + (long)t * linear.NOut + rows.Start, linear.Bias + rows.Start, rows.End - rows.Start);
            BranchOf(linear)?.Expand(CarriersOf(linear), tokens, y, rows.Start, rows.End, scratch.BranchOf(worker));
        }
    }

    /// <summary>Own outputs of dB and ds_out, own inputs of dA, dm and, unless <paramref name="dx"/> is null, of dx += Wᵀ dy + branch.</summary>
    private void ProductBack(int worker, Linear linear, float* x, float* dy, in QuantizedRows quantized, float* dx)
    {
        var (outputs, inputs) = (Own(worker, linear.NOut), Own(worker, linear.NIn));
        float* own = scratch.BranchOf(worker);
        if (dx is not null && inputs.Start < inputs.End)
        {
            var input = new MatMulInput(dy, quantized.WithWidth(linear.NOut), tokens);
            Kernel(linear).RunTransposed(linear.Weights, input, dx, inputs.Start, inputs.End, scratch.KernelOf(worker));
        }
        if (BranchOf(linear) is not { } branch) return;
        branch.AddOutputGradients(CarriersOf(linear), dy, tokens, outputs.Start, outputs.End, own);
        branch.AddInputGradients(DCarriersOf(linear), x, tokens, dx, inputs.Start, inputs.End, own);
    }

    /// <summary>Own inputs of a gradient that products will add to.</summary>
    private void ClearInputs(int worker, float* dx, int width)
    {
        var own = Own(worker, width);
        for (var t = 0; t < tokens; t++) new Span<float>(dx + (long)t * width + own.Start, own.End - own.Start).Clear();
    }

    private static void AddTo(float* y, float* x, int count)
    {
        var sum = new Span<float>(y, count);
        TensorPrimitives.Add(sum, new ReadOnlySpan<float>(x, count), sum);
    }
}
