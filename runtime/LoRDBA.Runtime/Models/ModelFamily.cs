using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.Models;

/// <summary>
/// What sets a family of models apart from the others: data that the one forward pass reads. A new family is a row here. What a row does
/// not
/// name is as in llama.
/// </summary>
/// <param name="Name">general.architecture, and the prefix of the family's metadata keys.</param>
/// <param name="RopePairs">Which elements of a head turn together.</param>
internal sealed record ModelFamily(string Name, RopePairs RopePairs)
{
    private static readonly ModelFamily[] Table =
    [
        new("llama", RopePairs.Neighbours) { MayHaveBiases = true },
        new("qwen2", RopePairs.Halves) { HasQkvBias = true },
        new("qwen3", RopePairs.Halves) { QkNorm = QkNorm.Heads },
        new("phi3", RopePairs.Halves) { FusesInputs = true, WindowPeriod = int.MaxValue },
        new("smollm3", RopePairs.Neighbours) { NoRopePeriod = 4 },
        new("granite", RopePairs.Neighbours) { Keys = FamilyKeys.EmbeddingScale | FamilyKeys.AttentionScale | FamilyKeys.ResidualScale | FamilyKeys.LogitScale },
        new("olmo2", RopePairs.Halves) { Norms = BlockNorms.After, QkNorm = QkNorm.Rows, WindowPeriod = 4, HasWindowedRope = true },
        new("gemma3", RopePairs.Halves)
        {
            Norms = BlockNorms.Before | BlockNorms.After,
            QkNorm = QkNorm.Heads,
            Activation = Activation.Gelu,
            ScalesEmbeddingByWidth = true,
            WideDivisorLayers = 62,
            Keys = FamilyKeys.LogitSoftCap,
            WindowPeriod = 6,
            HasWindowedRope = true,
            WindowedRopeBase = 10_000,
        },
    ];

    /// <summary>Whether q, k and v have biases: attn_q.bias [n_head · head_dim] and so on.</summary>
    public bool HasQkvBias { get; init; }

    /// <summary>Whether any linear of a block has a bias where the file has a tensor for it.</summary>
    public bool MayHaveBiases { get; init; }

    /// <summary>
    /// Whether linears that read one input share a tensor: attn_qkv [n_embd → query_dim + 2 · kv_dim], and ffn_up [n_embd → 2 · n_ff], the
    /// gate's rows first.
    /// </summary>
    public bool FusesInputs { get; init; }

    /// <summary>Where the norms of attention and feed-forward stand.</summary>
    public BlockNorms Norms { get; init; } = BlockNorms.Before;

    /// <summary>What attn_q_norm and attn_k_norm norm, before the heads are rotated.</summary>
    public QkNorm QkNorm { get; init; }

    /// <summary>What the gate of the feed-forward goes through.</summary>
    public Activation Activation { get; init; }

    /// <summary>The optional metadata keys that the family has.</summary>
    public FamilyKeys Keys { get; init; }

    /// <summary>Whether embeddings are multiplied by sqrt(n_embd).</summary>
    public bool ScalesEmbeddingByWidth { get; init; }

    /// <summary>The block count by which the one size is known that divides q · k by sqrt(n_embd / n_head), not by sqrt(head_dim); 0 for
    /// none.</summary>
    public int WideDivisorLayers { get; init; }

    /// <summary>
    /// Of so many layers the last sees all positions, and the others those in attention.sliding_window, where the file has this key;
    /// attention.sliding_window_pattern may tell another number. 0: no layer has a window; int.MaxValue: each has one.
    /// </summary>
    public int WindowPeriod { get; init; }

    /// <summary>Whether layers with a window turn by frequencies of their own, which are not stretched for long contexts.</summary>
    public bool HasWindowedRope { get; init; }

    /// <summary>The base of these frequencies where rope.freq_base_swa is absent; 0 for that of the other layers.</summary>
    public float WindowedRopeBase { get; init; }

    /// <summary>Of so many layers the last does not rotate its heads; 0: all layers rotate.</summary>
    public int NoRopePeriod { get; init; }

    /// <summary>The row of a name.</summary>
    /// <exception cref="ModelException">There is none; the message lists those that there are.</exception>
    public static ModelFamily Of(string name, string file) =>
        Array.Find(Table, row => row.Name == name)
        ?? throw new ModelException(ModelError.UnsupportedArchitecture, file, "general.architecture", $"the architecture is '{name}'; supported are: {string.Join(", ", Table.Select(row => row.Name))}.");
}

/// <summary>Where a layer's two blocks, attention and feed-forward, have a norm.</summary>
[Flags]
internal enum BlockNorms
{
    /// <summary>The block reads norm(residual): attn_norm, ffn_norm.</summary>
    Before = 1,

    /// <summary>The residual stream gets norm(block): post_attention_norm, post_ffw_norm.</summary>
    After = 2,
}

/// <summary>What attn_q_norm and attn_k_norm norm.</summary>
internal enum QkNorm
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>Each head for itself: [head_dim].</summary>
    Heads,

    /// <summary>All heads of a token together: [n_head · head_dim] and [n_head_kv · head_dim].</summary>
    Rows,
}

/// <summary>What the gate of the feed-forward goes through.</summary>
internal enum Activation
{
    /// <summary><see cref="SwiGlu"/></summary>
    Silu,

    /// <summary><see cref="GeGlu"/></summary>
    Gelu,
}

/// <summary>Metadata keys, each a float32 above 0, that mean something in some families; where the file lacks one, nothing is scaled or
/// capped.</summary>
[Flags]
internal enum FamilyKeys
{
    /// <summary>embedding_scale: embeddings are multiplied by it.</summary>
    EmbeddingScale = 1,

    /// <summary>attention.scale: q · k is multiplied by it, in place of 1 / sqrt(head_dim).</summary>
    AttentionScale = 2,

    /// <summary>residual_scale: what a block adds to the residual stream is multiplied by it.</summary>
    ResidualScale = 4,

    /// <summary>logit_scale: logits are divided by it.</summary>
    LogitScale = 8,

    /// <summary>attn_logit_softcapping: see <see cref="SoftCap"/>.</summary>
    AttentionSoftCap = 16,

    /// <summary>final_logit_softcapping: see <see cref="SoftCap"/>.</summary>
    LogitSoftCap = 32,
}
