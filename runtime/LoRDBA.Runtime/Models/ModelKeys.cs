using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Models;

/// <summary>
/// What becomes of each key of the metadata: it is used, it cannot change an answer, or it is refused unless its value changes nothing.
/// So no key is ignored that another program would follow. The keys are those of the GGUF specification and of llama.cpp's gguf-py.
/// </summary>
internal static class ModelKeys
{
    /// <summary>What a key means for a model.</summary>
    internal enum Use
    {
        /// <summary>It is read here or by the tokenizer.</summary>
        Used,
        /// <summary>It describes the model, or what the tensors tell again.</summary>
        Harmless,
        /// <summary>It asks for something that this engine does not do, unless its value says that it is off.</summary>
        Off,
        /// <summary>No specification names it.</summary>
        Unknown,
    }

    /// <summary>No model has more layers; a longer array is not looked into.</summary>
    private const int MaxElements = 1 << 12;

    /// <summary>Keys behind the architecture's prefix that every family uses.</summary>
    private static readonly HashSet<string> Used =
    [
        "context_length", "embedding_length", "block_count", "feed_forward_length",
        "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.value_length", "attention.layer_norm_rms_epsilon",
        "rope.dimension_count", "rope.freq_base", "rope.scale_linear", "rope.scaling.type", "rope.scaling.factor", "rope.scaling.attn_factor",
        "rope.scaling.original_context_length", "rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow",
    ];

    /// <summary>
    /// Keys that change no logit of these families: sizes that the tensors have, how a file came to be, what encoders read.
    /// </summary>
    private static readonly HashSet<string> Harmless =
    [
        "vocab_size", "tensor_data_layout", "rope.scaling.finetuned", "pooling_type", "attention.layer_norm_epsilon", "attention.group_norm_epsilon",
        "attention.group_norm_groups", "router_logit_softcapping", "expert_gating_func", "expert_weights_norm", "expert_weights_scale", "decoder_start_token_id",
    ];

    /// <summary>Keys that are off at another value than 0: factors, and what is on in every decoder.</summary>
    private static readonly Dictionary<string, double> OffAt = new()
    {
        ["logit_scale"] = 1,
        ["residual_scale"] = 1,
        ["embedding_scale"] = 1,
        ["attention.output_scale"] = 1,
        ["attention.causal"] = 1,
        ["rope.scaling.yarn_ext_factor"] = 1,
        ["rope.scaling.yarn_attn_factor"] = 1,
    };

    /// <summary>Keys that are off at 0.</summary>
    private static readonly HashSet<string> OffAtZero =
    [
        "features_length", "leading_dense_block_count", "expert_feed_forward_length", "expert_shared_feed_forward_length", "expert_chunk_feed_forward_length",
        "use_parallel_residual", "expert_count", "expert_used_count", "expert_shared_count", "expert_group_count", "expert_group_used_count",
        "expert_group_scale", "experts_per_group", "moe_every_n_layers", "moe_latent_size", "nextn_predict_layers", "n_deepstack_layers",
        "decoder_block_count", "attn_logit_softcapping", "final_logit_softcapping", "swin_norm", "rescale_every_n_layers", "time_mix_extra_dim",
        "time_decay_extra_dim", "token_shift_count", "interleave_moe_layer_step", "full_attention_interval", "activation_sparsity_scale",
        "embedding_length_per_layer_input", "swiglu_clamp_exp", "swiglu_clamp_shexp", "dense_2_feat_in", "dense_2_feat_out", "dense_3_feat_in",
        "dense_3_feat_out", "attention.max_alibi_bias", "attention.clamp_kqv", "attention.q_lora_rank", "attention.kv_lora_rank",
        "attention.decay_lora_rank", "attention.iclr_lora_rank", "attention.value_residual_mix_lora_rank", "attention.gate_lora_rank",
        "attention.relative_buckets_count", "attention.temperature_length", "attention.temperature_scale", "attention.key_length_mla",
        "attention.value_length_mla", "attention.shared_kv_layers", "rope.dimension_sections", "rope.scaling.alpha", "rope.scaling.yarn_log_multiplier",
    ];

    /// <summary>Beginnings of keys of other kinds of models, which are off at 0 too.</summary>
    private static readonly string[] Others = ["altup.", "attention.indexer.", "ssm.", "kda.", "wkv.", "posnet.", "convnext.", "classifier.", "shortconv."];

    /// <summary>Refuses keys that ask for what this engine does not do, and notices those that nobody knows.</summary>
    /// <exception cref="ModelException">A key asks for something else.</exception>
    public static void Check(GgufFile file, ModelConfig config, List<string> notices)
    {
        var prefix = config.Architecture + '.';
        foreach (var key in file.Metadata.Keys)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var use = UseOf(key[prefix.Length..], config.Family);
            if (use == Use.Unknown) notices.Add($"{key} is not known and is not used.");
            if (use == Use.Off && !IsOff(file.Metadata, key, key[prefix.Length..], config))
                throw new ModelException(ModelError.UnsupportedKey, file.Name, key,
                    $"{key} is {file.Metadata[key]}, which asks for something that is not supported. Its answers would be others without it: use another model.");
        }
    }

    /// <summary>What becomes of a key, given without the architecture's prefix.</summary>
    public static Use UseOf(string key, ModelFamily family)
    {
        if (Used.Contains(key) || IsOwn(key, family)) return Use.Used;
        if (Harmless.Contains(key)) return Use.Harmless;
        var isOff = OffAt.ContainsKey(key) || OffAtZero.Contains(key) || Array.Exists(Others, other => key.StartsWith(other, StringComparison.Ordinal))
            || key is "embedding_length_out" or "attention.scale" or "rope.dimension_count_swa" or "attention.key_length_swa" or "attention.value_length_swa"
                or "attention.sliding_window" or "attention.sliding_window_pattern" or "rope.freq_base_swa";
        return isOff ? Use.Off : Use.Unknown;
    }

    private static bool IsOwn(string key, ModelFamily family) => key switch
    {
        "embedding_scale" => family.Keys.HasFlag(FamilyKeys.EmbeddingScale),
        "attention.scale" => family.Keys.HasFlag(FamilyKeys.AttentionScale),
        "residual_scale" => family.Keys.HasFlag(FamilyKeys.ResidualScale),
        "logit_scale" => family.Keys.HasFlag(FamilyKeys.LogitScale),
        "attn_logit_softcapping" => family.Keys.HasFlag(FamilyKeys.AttentionSoftCap),
        "final_logit_softcapping" => family.Keys.HasFlag(FamilyKeys.LogitSoftCap),
        "attention.sliding_window" or "attention.sliding_window_pattern" => family.WindowPeriod > 0,
        "rope.freq_base_swa" => family.HasWindowedRope,
        _ => false,
    };

    /// <summary>Whether a key's value says that what it asks for is off, or asks for what is done anyway.</summary>
    private static bool IsOff(GgufMetadata metadata, string key, string name, ModelConfig config)
    {
        if (metadata[key].ElementType == GgufValueType.String) return metadata[key].Count == 0;
        if (metadata[key].Count > MaxElements) return false;
        var numbers = metadata.GetNumbers(key);
        return name switch
        {
            "embedding_length_out" => Array.TrueForAll(numbers, number => number == config.NEmbd),
            "rope.dimension_count_swa" => Array.TrueForAll(numbers, number => number == config.RopeDim),
            "attention.key_length_swa" or "attention.value_length_swa" => Array.TrueForAll(numbers, number => number == config.HeadDim),
            "attention.scale" => Array.TrueForAll(numbers, number => Math.Abs(number * Math.Sqrt(config.HeadDim) - 1) < 1e-5),
            // A window that no context reaches is none, and without one its pattern and its base are nobody's.
            "attention.sliding_window" => Array.TrueForAll(numbers, number => number == 0 || number >= config.ContextLength),
            "attention.sliding_window_pattern" or "rope.freq_base_swa" => true,
            _ => Array.TrueForAll(numbers, number => number == OffAt.GetValueOrDefault(name)),
        };
    }
}
