using LoRDBA.Runtime.Kernels.Attention;

namespace LoRDBA.Runtime.Inference;

/// <summary>What a sequence is created with; together with the model's shapes it fixes the memory of its keys and values.</summary>
public sealed record SequenceOptions
{
    /// <summary>Large enough for a long command and its answer; a model's own context can cost gigabytes.</summary>
    public const int DefaultContextLength = 2048;

    /// <summary>
    /// Tokens that the context can hold, at 4 · n_layer · n_head_kv · head_dim bytes each (<see cref="KeyValueFormat"/>), in
    /// blocks of 64. Null: the model's context_length, but at most <see cref="DefaultContextLength"/>.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>
    /// How keys and values are kept. A token takes, for each layer and key/value head, 4 · head_dim bytes with F16,
    /// 2 · head_dim + 8 with I8, 8 · head_dim with F32.
    /// </summary>
    public KeyValueFormat KeyValueFormat { get; init; }
}
