using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Inference;

/// <summary>What a session is created with; together with the model's shapes it fixes the session's memory.</summary>
public sealed record SessionOptions
{
    /// <summary>Large enough for a long command and its answer; a model's own context can cost gigabytes.</summary>
    public const int DefaultContextLength = 2048;

    /// <summary>
    /// Tokens that the context can hold, at 4 · n_layer · n_head_kv · head_dim bytes each (<see cref="KeyValueFormat"/>), in
    /// blocks of 64. Null: the model's context_length, but at most <see cref="DefaultContextLength"/>.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>
    /// Tokens that prefill takes through the layers together. Null: as many as fit 5 MB, between 48 and 512: the weights are unpacked
    /// once for all of them, which costs about as much as 15 of them.
    /// </summary>
    public int? BatchLength { get; init; }

    /// <summary>
    /// How keys and values are kept. A token takes, for each layer and key/value head, 4 · head_dim bytes with F16,
    /// 2 · head_dim + 8 with I8, 8 · head_dim with F32.
    /// </summary>
    public KeyValueFormat KeyValueFormat { get; init; }

    /// <summary>Worker threads, the calling one among them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Kernels that the source generator made for the adapters of this program; null for the generic ones alone.</summary>
    public SignKernels? Kernels { get; init; }

    /// <summary>Refuse an adapter that needs a shape or rank which <see cref="Kernels"/> lacks, instead of serving it by the generic kernels.</summary>
    public bool StrictKernels { get; init; }

    /// <summary>Compute every product in float32 from dequantized weights: slow, and what the fast path is compared with.</summary>
    public bool Oracle { get; init; }
}
