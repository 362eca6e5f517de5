using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>How PEFT calls the linears of a llama model, and in which order it has their rows.</summary>
internal static class PeftNames
{
    public const string Prefix = "base_model.model.";
    public const string SuffixA = ".lora_A.weight";
    public const string SuffixB = ".lora_B.weight";

    private const string Layers = "model.layers.";

    private static readonly Dictionary<string, string> Parts = new()
    {
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
    };

    /// <summary>Modules whose rows are those of several linears, one below the other, and the tensor that holds them; see
    /// <see cref="ModelFamily.FusesInputs"/>.</summary>
    private static readonly Dictionary<string, string> FusedParts = new()
    {
        ["self_attn.qkv_proj"] = "attn_qkv",
        ["mlp.gate_up_proj"] = "ffn_up",
    };

    /// <summary>The weight in GGUF of a module, or null: model.layers.3.self_attn.q_proj is blk.3.attn_q.weight, lm_head is
    /// output.weight.</summary>
    public static string? WeightOf(string module) => module == "lm_head" ? "output.weight" : WeightOf(module, Parts);

    private static string? WeightOf(string module, Dictionary<string, string> parts)
    {
        if (!module.StartsWith(Layers, StringComparison.Ordinal)) return null;
        var rest = module.AsSpan(Layers.Length);
        var dot = rest.IndexOf('.');
        return dot > 0 && !rest[..dot].ContainsAnyExceptInRange('0', '9') && parts.TryGetValue(rest[(dot + 1)..].ToString(), out var part)
            ? $"blk.{rest[..dot]}.{part}.weight"
            : null;
    }

    /// <summary>The linears of a module: one, or those whose rows it has one below the other.</summary>
    /// <inheritdoc cref="LinearOf"/>
    public static Linear[] LinearsOf(string module, Model model, string path) =>
        WeightOf(module, FusedParts) is { } tensor && model.Weights.Fused.TryGetValue(tensor, out var parts) ? parts : [LinearOf(module, model, path)];

    /// <summary>The linear of a module.</summary>
    /// <param name="module">Its name in the base model.</param>
    /// <param name="model">The base.</param>
    /// <param name="path">The file that names it, for messages.</param>
    /// <exception cref="AdapterException">The model has none, or it cannot be adapted.</exception>
    public static Linear LinearOf(string module, Model model, string path)
    {
        var weight = WeightOf(module);
        if (weight == "output.weight" && model.HasTiedOutput)
            throw new AdapterException(AdapterError.TiedOutput, path, module, "the head of this base is its embedding and cannot be adapted alone. Train the adapter without lm_head.");
        return model.Linears.FirstOrDefault(linear => linear.Name == weight)
            ?? throw new AdapterException(AdapterError.UnknownTensor, path, module, $"{model.Config.Name} has no linear for it.");
    }

    /// <summary>The module of a linear: blk.3.attn_q.weight is model.layers.3.self_attn.q_proj.</summary>
    public static string ModuleOf(Linear linear)
    {
        if (linear.Kind == LinearKind.Output) return "lm_head";
        var part = linear.Name.Split('.')[2];
        return $"{Layers}{linear.Layer}.{Parts.First(pair => pair.Value == part).Key}";
    }

    /// <summary>
    /// For each row of the linear in GGUF, the row of PEFT's lora_B that it is, [n_out]. Families that rotate neighbours (llama) interleave
    /// the two halves of each query and key head, so that a rotated pair (i, i + head_dim / 2) lies side by side:
    /// <code>
    ///   PEFT    head h:  0 1 2 ... d/2-1 | d/2 d/2+1 ... d-1
    ///   GGUF    head h:  0 d/2  1 d/2+1  2 ...
    /// </code>
    /// </summary>
    public static int[] SourceRows(Linear linear, ModelConfig config)
    {
        var rows = new int[linear.NOut];
        var isPermuted = config.Family.RopePairs == RopePairs.Neighbours && linear.Kind is (LinearKind.Query or LinearKind.Key);
        for (var row = 0; row < rows.Length; row++)
        {
            var (head, place) = Math.DivRem(row, config.HeadDim);
            rows[row] = isPermuted ? head * config.HeadDim + place % 2 * (config.HeadDim / 2) + place / 2 : row;
        }
        return rows;
    }
}
