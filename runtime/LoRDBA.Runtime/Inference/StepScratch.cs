using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>All memory of an engine's step in one arena: the activations of one batch of tokens, and what each worker needs for
/// itself.</summary>
/// <remarks>
/// Legend for the shapes: batch = <see cref="EngineOptions.BatchLength"/>, query_dim = n_head · head_dim, kv_dim = n_head_kv · head_dim.
/// </remarks>
internal sealed unsafe class StepScratch : IDisposable
{
    private const int DefaultBatchBytes = 5 << 20;

    private readonly Arena arena;
    private readonly ModelConfig config;

    public StepScratch(ModelConfig config, int batchLength, int logitRows, int workers)
    {
        (this.config, BatchLength, LogitRows) = (config, batchLength, logitRows);
        WidestInput = Math.Max(config.NEmbd, Math.Max(config.QueryDim, config.NFf));
        arena = Arena.Create(arena => Reserve(arena, workers), $"batches of {batchLength} tokens");
    }

    /// <summary>See <see cref="EngineOptions.BatchLength"/>.</summary>
    public static int DefaultBatchLength(ModelConfig config)
    {
        var floats = 2L * config.NEmbd + config.NFf + SharedWidth(config);
        var codes = (long)Math.Max(config.NEmbd, config.QueryDim) + config.NFf;
        return (int)Math.Clamp(DefaultBatchBytes / (floats * sizeof(float) + codes * sizeof(short)) & -32, 48, 512);
    }

    /// <summary>The feed-forward's up product begins when attention is over: they lie in one place.</summary>
    private static int SharedWidth(ModelConfig config) => Math.Max(config.NFf, 2 * (config.QueryDim + config.KvDim));

    /// <summary>The most tokens of a batch.</summary>
    public int BatchLength { get; }

    /// <summary>The most logits of a step.</summary>
    public int LogitRows { get; }

    /// <summary>The largest n_in of any matrix.</summary>
    public int WidestInput { get; }

    /// <summary>Bytes in all.</summary>
    public long ByteLength => arena.ByteLength;

    /// <summary>The residual stream, [batch][n_embd].</summary>
    public float* Residual { get; private set; }

    /// <summary>The normed residual, and later what a block adds to the stream, [larger of batch and workers][n_embd].</summary>
    public float* Normed { get; private set; }

    /// <summary>[batch][query_dim]</summary>
    public float* Query { get; private set; }

    /// <summary>[batch][kv_dim]</summary>
    public float* Key { get; private set; }

    /// <summary>[batch][kv_dim]</summary>
    public float* Value { get; private set; }

    /// <summary>What attention gives, [batch][query_dim].</summary>
    public float* Attended { get; private set; }

    /// <summary>[batch][n_ff]</summary>
    public float* Gate { get; private set; }

    /// <summary>[batch][n_ff], in the place of query, key, value and attended.</summary>
    public float* Up { get; private set; }

    /// <summary>What the next matrices read, in whole numbers, [larger of batch and workers][larger of n_embd and query_dim].</summary>
    public QuantizedRows Quantized { get; private set; }

    /// <summary>The gate, in whole numbers, [batch][n_ff].</summary>
    public QuantizedRows QuantizedGate { get; private set; }

    /// <summary>cos and sin of each token's angles, for each rope table, [tables][batch][2][rope_dim]; see <see cref="Rope"/>.</summary>
    public float* Rotation { get; private set; }

    /// <summary>[logit rows][n_vocab]</summary>
    public float* Logits { get; private set; }

    /// <summary>Each worker's part of attention.</summary>
    public CausalAttention Attention { get; private set; } = null!;

    private float* Unpacked { get; set; }

    /// <summary>What a worker unpacks weights into, [<see cref="MatMul.ScratchLength"/>].</summary>
    public float* UnpackedOf(int worker) => Unpacked + (long)worker * MatMul.ScratchLength(WidestInput);

    /// <summary>The logits of one row, [n_vocab].</summary>
    public ReadOnlySpan<float> LogitRow(int row) => new(Logits + (long)row * config.NVocab, config.NVocab);

    public void Dispose() => arena.Dispose();

    private void Reserve(Arena arena, int workers)
    {
        long batch = BatchLength;

        Attention = new CausalAttention(arena, config.AttentionShape, workers);
        Residual = arena.Reserve<float>(batch * config.NEmbd);
        Normed = arena.Reserve<float>(Math.Max(batch, workers) * config.NEmbd);
        Gate = arena.Reserve<float>(batch * config.NFf);
        Up = Query = arena.Reserve<float>(batch * SharedWidth(config));
        Key = Query + batch * config.QueryDim;
        Value = Key + batch * config.KvDim;
        Attended = Value + batch * config.KvDim;
        Quantized = QuantizedRows.Reserve(arena, Math.Max(BatchLength, workers), Math.Max(config.NEmbd, config.QueryDim));
        QuantizedGate = QuantizedRows.Reserve(arena, BatchLength, config.NFf);
        Rotation = arena.Reserve<float>(config.RopeTables * 2 * batch * config.RopeDim);
        Logits = arena.Reserve<float>((long)LogitRows * config.NVocab);
        Unpacked = arena.Reserve<float>((long)workers * MatMul.ScratchLength(WidestInput));
    }
}
