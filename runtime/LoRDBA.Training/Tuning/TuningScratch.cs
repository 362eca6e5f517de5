using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tuning;

/// <summary>
/// All memory of a training step in one arena: the residual streams that layers were given (what else they computed is computed again on the
/// way back), the activations and gradients of one layer, and each worker's own.
/// </summary>
/// <remarks>Legend: tokens = the batch's capacity, C = n_embd, Q = n_head · head_dim, K = n_head_kv · head_dim, F = n_ff, r = the largest rank.</remarks>
internal sealed unsafe class TuningScratch : IDisposable
{
    /// <summary>Bottlenecks that a layer keeps: one per linear.</summary>
    public const int Linears = 7;

    private readonly Arena arena;
    private readonly ModelConfig config;
    private readonly int rank, widest;
    private float* kernels, branches, scores;

    public TuningScratch(ModelConfig config, int tokens, int headRows, int rank, int workers)
    {
        (this.config, Tokens, HeadRows, this.rank) = (config, tokens, headRows, rank);
        widest = Math.Max(config.NEmbd, Math.Max(config.QueryDim, config.NFf));
        arena = Arena.Create(arena => Reserve(arena, workers), $"training steps of {tokens} tokens");
    }

    /// <summary>The most tokens of a batch.</summary>
    public int Tokens { get; }

    /// <summary>Rows of logits that lie in memory at a time.</summary>
    public int HeadRows { get; }

    /// <summary>Bytes in all.</summary>
    public long ByteLength => arena.ByteLength;

    /// <summary>The residual stream that each layer is given, and what the last gives, [n_layer + 1][tokens][C].</summary>
    public float* Streams { get; private set; }

    /// <summary>The gradient by the residual stream, [tokens][C].</summary>
    public float* Gradient { get; private set; }

    /// <summary>The stream between attention and feed-forward, [tokens][C].</summary>
    public float* Middle { get; private set; }

    /// <summary>norm(stream) before attention, and before the feed-forward, [tokens][C] each.</summary>
    public float* Normed { get; private set; }

    public float* NormedMiddle { get; private set; }

    /// <summary>The norms' factors, [tokens] each.</summary>
    public float* NormFactors { get; private set; }

    public float* NormFactorsMiddle { get; private set; }

    /// <summary>[tokens][Q], turned by position.</summary>
    public float* Query { get; private set; }

    /// <summary>[tokens][K], turned by position.</summary>
    public float* Key { get; private set; }

    /// <summary>[tokens][K]</summary>
    public float* Value { get; private set; }

    /// <summary>[tokens][Q]</summary>
    public float* Attended { get; private set; }

    /// <summary>[tokens][2 n_head]; see <see cref="Backward.Attention"/>.</summary>
    public float* Softmax { get; private set; }

    /// <summary>[tokens][F] each: gate, up, and silu(gate) ⊙ up.</summary>
    public float* Gate { get; private set; }

    public float* Up { get; private set; }

    public float* Gated { get; private set; }

    /// <summary>Gradients by <see cref="Gated"/>, gate, up, [tokens][F]; by the norms, [tokens][C]; by q, k, v and what attention gave.</summary>
    public float* DGated { get; private set; }

    public float* DGate { get; private set; }

    public float* DUp { get; private set; }

    public float* DNormed { get; private set; }

    public float* DQuery { get; private set; }

    public float* DKey { get; private set; }

    public float* DValue { get; private set; }

    public float* DAttended { get; private set; }

    /// <summary>Bottlenecks of the layer's linears, and their gradients, [7][tokens][r].</summary>
    public float* Carriers { get; private set; }

    public float* DCarriers { get; private set; }

    /// <summary>What products read, in whole numbers: three inputs or gradients at a time, [tokens][widest], [tokens][widest], [tokens][K].</summary>
    public QuantizedRows Quantized0 { get; private set; }

    public QuantizedRows Quantized1 { get; private set; }

    public QuantizedRows Quantized2 { get; private set; }

    /// <summary>cos and sin of each token's angles, and those of the way back, [tokens][2][rope_dim].</summary>
    public float* Rotation { get; private set; }

    public float* RotationBack { get; private set; }

    /// <summary>A slice of the head: the normed rows and their gradients [head rows][C], factors [head rows], logits [head rows][n_vocab].</summary>
    public float* HeadInput { get; private set; }

    public float* DHeadInput { get; private set; }

    public float* HeadFactors { get; private set; }

    public float* Logits { get; private set; }

    public QuantizedRows QuantizedHead { get; private set; }

    public QuantizedRows QuantizedLogits { get; private set; }

    /// <summary>NLL of every loss row, [tokens].</summary>
    public float* Nll { get; private set; }

    /// <summary>What a worker's kernels unpack into.</summary>
    public float* KernelOf(int worker) => kernels + (long)worker * MatMul.TransposedScratchLength(widest);

    /// <summary>What a worker's branches need.</summary>
    public float* BranchOf(int worker) => branches + worker * BranchLength;

    /// <summary>A worker's scores of one query and their gradients, [2][tokens]; or one row of widest numbers.</summary>
    public float* ScoresOf(int worker) => scores + (long)worker * ScoreLength;

    public void Dispose() => arena.Dispose();

    private long BranchLength => Lanes.RoundUp((int)TunedBranch.ScratchLength(rank, Math.Max(TunedBranch.Columns, widest)));

    private int ScoreLength => Lanes.RoundUp(Math.Max(2 * Tokens, widest));

    private void Reserve(Arena arena, int workers)
    {
        long tokens = Tokens, c = config.NEmbd, q = config.QueryDim, k = config.KvDim, f = config.NFf;
        Streams = arena.Reserve<float>((config.NLayer + 1) * tokens * c);
        Gradient = arena.Reserve<float>(tokens * c);
        Middle = arena.Reserve<float>(tokens * c);
        Normed = arena.Reserve<float>(tokens * c);
        NormedMiddle = arena.Reserve<float>(tokens * c);
        DNormed = arena.Reserve<float>(tokens * c);
        NormFactors = arena.Reserve<float>(tokens);
        NormFactorsMiddle = arena.Reserve<float>(tokens);
        Query = arena.Reserve<float>(tokens * q);
        Key = arena.Reserve<float>(tokens * k);
        Value = arena.Reserve<float>(tokens * k);
        Attended = arena.Reserve<float>(tokens * q);
        Softmax = arena.Reserve<float>(tokens * 2 * config.NHead);
        Gate = arena.Reserve<float>(tokens * f);
        Up = arena.Reserve<float>(tokens * f);
        Gated = arena.Reserve<float>(tokens * f);
        DGated = arena.Reserve<float>(tokens * f);
        DGate = arena.Reserve<float>(tokens * f);
        // Once the way back has passed the down product, nobody reads its input again.
        DUp = Gated;
        DQuery = arena.Reserve<float>(tokens * q);
        DKey = arena.Reserve<float>(tokens * k);
        DValue = arena.Reserve<float>(tokens * k);
        DAttended = arena.Reserve<float>(tokens * q);
        Carriers = arena.Reserve<float>(Linears * tokens * rank);
        DCarriers = arena.Reserve<float>(Linears * tokens * rank);
        Quantized0 = QuantizedRows.Reserve(arena, Tokens, widest);
        Quantized1 = QuantizedRows.Reserve(arena, Tokens, Math.Max(config.NFf, config.KvDim));
        Quantized2 = QuantizedRows.Reserve(arena, Tokens, config.KvDim);
        Rotation = arena.Reserve<float>(config.RopeTables * 2 * tokens * config.RopeDim);
        RotationBack = arena.Reserve<float>(config.RopeTables * 2 * tokens * config.RopeDim);
        HeadInput = arena.Reserve<float>(HeadRows * c);
        DHeadInput = arena.Reserve<float>(HeadRows * c);
        HeadFactors = arena.Reserve<float>(HeadRows);
        Logits = arena.Reserve<float>((long)HeadRows * config.NVocab);
        QuantizedHead = QuantizedRows.Reserve(arena, HeadRows, config.NEmbd);
        QuantizedLogits = QuantizedRows.Reserve(arena, HeadRows, config.NVocab);
        Nll = arena.Reserve<float>(tokens);
        kernels = arena.Reserve<float>((long)workers * MatMul.TransposedScratchLength(widest));
        branches = arena.Reserve<float>(workers * BranchLength);
        scores = arena.Reserve<float>((long)workers * ScoreLength);
    }
}
