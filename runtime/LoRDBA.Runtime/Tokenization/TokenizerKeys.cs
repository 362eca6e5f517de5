using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// What becomes of each key that begins with <c>tokenizer.</c>: it is used, it means nothing for a model that continues texts, or it is
/// refused if it asks for something that is not done. The keys are those of llama.cpp's gguf-py.
/// </summary>
internal static class TokenizerKeys
{
    private const string Prefix = "tokenizer.";

    /// <summary>Keys that are read.</summary>
    private static readonly HashSet<string> Used =
    [
        "ggml.model", "ggml.pre", "ggml.tokens", "ggml.token_type", "ggml.scores", "ggml.merges", "ggml.bos_token_id", "ggml.eos_token_id",
        "ggml.eot_token_id", "ggml.eom_token_id", "ggml.unknown_token_id", "ggml.add_bos_token", "ggml.add_eos_token", "ggml.add_space_prefix",
        "chat_template", "chat_template.tool_use",
    ];

    /// <summary>
    /// Marks that only a caller would write, what encoders and other kinds of vocabularies have, and the same tokenizer in other words.
    /// Templates beside the usual one and that for tools are for a caller to choose.
    /// </summary>
    private static readonly HashSet<string> Harmless =
    [
        "ggml.token_type_count", "ggml.seperator_token_id", "ggml.separator_token_id", "ggml.padding_token_id", "ggml.mask_token_id", "ggml.cls_token_id",
        "ggml.fim_pre_token_id", "ggml.fim_suf_token_id", "ggml.fim_mid_token_id", "ggml.fim_pad_token_id", "ggml.fim_rep_token_id",
        "ggml.fim_sep_token_id", "ggml.prefix_token_id", "ggml.suffix_token_id", "ggml.middle_token_id", "ggml.precompiled_charsmap",
        "huggingface.json", "rwkv.world", "chat_templates",
    ];

    /// <summary>Keys that change tokens; off if they are false or empty.</summary>
    private static readonly HashSet<string> Off =
    [
        "ggml.add_sep_token", "ggml.remove_extra_whitespaces", "ggml.normalizer.lowercase", "ggml.normalizer.strip_accents", "ggml.suppress_tokens",
    ];

    /// <summary>Refuses keys that ask for what is not done, and notices those that nobody knows.</summary>
    /// <exception cref="TokenizerException">A key asks for something else.</exception>
    public static void Check(GgufMetadata metadata, List<string> notices)
    {
        foreach (var key in metadata.Keys)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            var name = key[Prefix.Length..];
            if (Off.Contains(name) && !IsOff(metadata[key]))
                throw new TokenizerException(TokenizerError.UnsupportedVocabulary, key, $"it is {metadata[key]}, which is not supported: tokens would be others. Use another model.");
            var isTemplate = name.StartsWith("chat_template.", StringComparison.Ordinal);
            if (!Used.Contains(name) && !Harmless.Contains(name) && !Off.Contains(name) && !isTemplate) notices.Add($"{key} is not known and is not used.");
        }
    }

    private static bool IsOff(in GgufValue value) => value.Count == 0 || value.Type != GgufValueType.Array && value.ElementType != GgufValueType.String && value.NumberAt(0) == 0;
}
