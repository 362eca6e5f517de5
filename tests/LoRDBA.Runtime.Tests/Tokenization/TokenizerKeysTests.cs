using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

/// <summary>Every key that begins with <c>tokenizer.</c> in llama.cpp's gguf-py, and what becomes of it.</summary>
public sealed class TokenizerKeysTests
{
    /// <summary>Read; their own tests are with what they are read for.</summary>
    private const string Used = """
        ggml.model ggml.pre ggml.tokens ggml.token_type ggml.scores ggml.merges ggml.bos_token_id ggml.eos_token_id ggml.eot_token_id
        ggml.eom_token_id ggml.unknown_token_id ggml.add_bos_token ggml.add_eos_token ggml.add_space_prefix chat_template chat_template.tool_use
        """;

    private const string Harmless = """
        ggml.token_type_count ggml.seperator_token_id ggml.padding_token_id ggml.mask_token_id ggml.fim_pre_token_id ggml.fim_suf_token_id
        ggml.fim_mid_token_id ggml.fim_pad_token_id ggml.fim_rep_token_id ggml.fim_sep_token_id ggml.prefix_token_id ggml.suffix_token_id
        ggml.middle_token_id ggml.precompiled_charsmap huggingface.json rwkv.world chat_templates chat_template.rag
        """;

    private const string Off = "ggml.add_sep_token ggml.remove_extra_whitespaces ggml.normalizer.lowercase ggml.normalizer.strip_accents";

    public static TheoryData<string> HarmlessKeys => [.. Words(Harmless)];

    public static TheoryData<string> KeysThatAreOff => [.. Words(Off)];

    public static TheoryData<string> UsedKeys => [.. Words(Used)];

    [Theory]
    [MemberData(nameof(UsedKeys))]
    public void A_used_key_is_no_surprise(string key)
    {
        var metadata = Metadata(key, 1u);
        var notices = new List<string>();
        TokenizerKeys.Check(metadata, notices);

        Assert.Empty(notices);
    }

    [Theory]
    [MemberData(nameof(HarmlessKeys))]
    public void A_harmless_key_changes_no_token(string key)
    {
        Assert.Empty(Tokenizer(key, 1u).Notices);
        Assert.Equal([0, 1, 0], Tokenizer(key, 1u).Encode("aba"));
    }

    [Theory]
    [MemberData(nameof(KeysThatAreOff))]
    public void A_key_that_would_change_tokens_is_refused_unless_it_is_off(string key)
    {
        var error = Assert.Throws<TokenizerException>(() => Tokenizer(key, true));

        Assert.Equal((TokenizerError.UnsupportedVocabulary, $"tokenizer.{key}"), (error.Error, error.Field));
        Assert.Empty(Tokenizer(key, false).Notices);
    }

    [Fact]
    public void Tokens_to_be_suppressed_are_refused_unless_there_are_none()
    {
        TinyVocabulary With(params int[] ids) => Abc with { More = writer => writer.AddArray<int>("tokenizer.ggml.suppress_tokens", ids) };
        using var none = With().Build();
        using var one = With(1).Build();

        Assert.Empty(Vocabulary.FromGguf(none).Notices);
        Assert.Throws<TokenizerException>(() => Vocabulary.FromGguf(one));
    }

    [Fact]
    public void A_key_that_nobody_knows_is_noticed() =>
        Assert.Equal("tokenizer.ggml.frobnication is not known and is not used.", Assert.Single(Tokenizer("ggml.frobnication", 1u).Notices));

    private static TinyVocabulary Abc => new() { Tokens = ["a", "b"] };

    private static Tokenizer Tokenizer(string key, object value)
    {
        using var file = (Abc with { More = writer => Add(writer, key, value) }).Build();
        return Runtime.Tokenization.Tokenizer.FromGguf(file);
    }

    private static GgufMetadata Metadata(string key, object value)
    {
        var writer = new GgufWriter();
        Add(writer, key, value);
        return GgufFile.FromBytes(writer.ToArray(), "tiny").Metadata;
    }

    private static void Add(GgufWriter writer, string key, object value) =>
        _ = value is bool flag ? writer.Add($"tokenizer.{key}", flag) : writer.Add($"tokenizer.{key}", (uint)value);

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
