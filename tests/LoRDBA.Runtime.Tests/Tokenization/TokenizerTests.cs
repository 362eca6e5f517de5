using System.Text;
using System.Text.Json;
using CsCheck;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class TokenizerTests
{
    private static readonly TinyVocabulary Marked = new()
    {
        //         0    1    2    3     4       5       6         7      8
        Tokens = ["a", "b", "<", ">", "<a>", "<a>b", "<unk>", "ab", "<free>"],
        Types = [1, 1, 1, 1, 3, 3, 2, 4, 5],
        Ids = [("bos", 4), ("eos", 5)],
    };

    [Fact]
    public void Encodes_every_case_of_the_gpt2_vectors() => AssertVectors(RealTokenizers.Gpt2);

    [Fact]
    public void Encodes_every_case_of_the_llama3_vectors() => AssertVectors(RealTokenizers.Llama3);

    [Fact]
    public void Encodes_every_case_of_the_llama2_vectors() => AssertVectors(RealTokenizers.Llama2);

    [Fact]
    public void Encodes_the_reference_texts_of_SmolLM2()
    {
        var tokenizer = RealTokenizers.Load(RealTokenizers.SmolLM2);
        var lines = File.ReadAllLines(SharedFiles.Require("reference/smollm2-135m-q4_1.jsonl"));

        Assert.Equal(6, lines.Length);
        Assert.All(lines, line =>
        {
            using var json = JsonDocument.Parse(line);
            var text = json.RootElement.GetProperty("text").GetString()!;
            var ids = Ids(json.RootElement.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(text, tokenizer.Decode(ids, showSpecial: true));
            Assert.Equal(json.RootElement.GetProperty("greedy_text").GetString(), tokenizer.Decode(Ids(json.RootElement.GetProperty("greedy")), showSpecial: true));
        });
    }

    [Theory]
    [InlineData(RealTokenizers.Gpt2)]
    [InlineData(RealTokenizers.Llama3)]
    public void Decoding_what_a_vocabulary_with_every_byte_encoded_gives_the_text(string vocabulary)
    {
        var tokenizer = RealTokenizers.Load(vocabulary);

        UnicodeText.Gen.Sample(text => AssertRoundTrip(tokenizer, text, text), iter: 3_000);
    }

    [Fact]
    public void Decoding_what_llama2_encoded_gives_the_text_with_its_space_marks_as_spaces()
    {
        var tokenizer = RealTokenizers.Load(RealTokenizers.Llama2);

        UnicodeText.Gen.Sample(text => AssertRoundTrip(tokenizer, text, text.Replace('\u2581', ' ')), iter: 3_000);
    }

    [Fact]
    public void SmolLM2_refuses_the_bytes_it_lacks_and_gives_back_any_other_text()
    {
        var tokenizer = RealTokenizers.Load(RealTokenizers.SmolLM2);
        byte[] lacking = [0x04, 0x06, 0x13, 0x14, 0x16, 0x1D, 0xF1, 0xF2];

        UnicodeText.Gen.Sample(text =>
        {
            if (Encoding.UTF8.GetBytes(text).Any(lacking.Contains)) Assert.Equal(TokenizerError.UnencodableText, Assert.Throws<TokenizerException>(() => tokenizer.Encode(text)).Error);
            else AssertRoundTrip(tokenizer, text, text);
        }, iter: 3_000);
    }

    [Theory]
    [InlineData("ab\u0001c", "the character U+0001, number 3 of the text, has no token in this vocabulary (byte 01 is missing)")]
    [InlineData("🦙é", "the character U+1F999, number 1 of the text")]
    [InlineData("bé", "the character U+00E9, number 2 of the text")]
    [InlineData("a<a>\n", "the character U+000A, number 5 of the text")]
    public void A_character_without_a_token_is_refused_with_its_place_and_never_left_out(string text, string message)
    {
        using var file = (Marked with { Tokens = ["a", "b", "c", "<a>", "Ã"], Types = [1, 1, 1, 3, 1], Ids = [] }).Build();
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file).Encode(text));

        Assert.Equal((TokenizerError.UnencodableText, "text"), (error.Error, error.Field));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void A_character_without_a_token_becomes_the_unknown_token_where_the_vocabulary_has_one()
    {
        using var file = Marked.Build();

        Assert.Equal([0, 6, 1], Tokenizer.FromGguf(file).Encode("a!b"));
    }

    [Fact]
    public void A_token_that_ends_a_text_is_no_unknown_token_even_if_the_file_says_so()
    {
        using var file = new TinyVocabulary { Tokens = ["a", "<|endoftext|>"], Types = [1, 3], Ids = [("unknown", 1)] }.Build();

        Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file).Encode("b"));
    }

    [Fact]
    public void A_file_without_a_pre_tokenizer_takes_the_default_one_with_a_notice()
    {
        using var file = (Marked with { Pre = "" }).Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Contains("tokenizer.ggml.pre", Assert.Single(tokenizer.Notices));
        Assert.Equal([0, 0], tokenizer.Encode("aa"));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_read_as_the_replacement_character()
    {
        var tokenizer = RealTokenizers.Load(RealTokenizers.Gpt2);

        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
    }

    [Theory]
    [InlineData("a<a>a", true, "0 4 0")]
    [InlineData("a<a>a", false, "0 2 0 3 0")]
    [InlineData("<a>b", true, "5")]            // the longest
    [InlineData("<a><unk>", true, "4 6")]
    [InlineData("<a", true, "2 0")]
    [InlineData("<<a>", true, "2 4")]
    [InlineData("aab", false, "0 7")]          // user-defined tokens are always found
    [InlineData("", true, "")]
    public void Finds_special_tokens_where_it_may(string text, bool parseSpecial, string ids)
    {
        using var file = Marked.Build();
        Assert.Equal(ids, string.Join(' ', Tokenizer.FromGguf(file).Encode(text, parseSpecial)));
    }

    [Fact]
    public void An_empty_mark_is_never_found()
    {
        using var file = (Marked with { Tokens = ["a", ""], Types = [1, 3], Ids = [] }).Build();
        Assert.Equal([0, 0], Tokenizer.FromGguf(file).Encode("aa"));
    }

    [Fact]
    public void Writes_marks_only_if_asked()
    {
        using var file = Marked.Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Equal("aab", tokenizer.Decode([0, 4, 7, 6, 8]));
        Assert.Equal("a<a>ab<unk><free>", tokenizer.Decode([0, 4, 7, 6, 8], showSpecial: true));
        Assert.Throws<TokenizerException>(() => tokenizer.Decode([9]));
    }

    [Theory]
    [InlineData(true, "a", "4 0")]
    [InlineData(true, "<a>a", "4 0")]
    [InlineData(true, "", "4")]
    [InlineData(false, "a", "0")]
    public void A_prompt_begins_as_the_model_wants(bool addBos, string text, string ids)
    {
        using var file = (Marked with { AddBos = addBos }).Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Equal(ids, string.Join(' ', tokenizer.EncodePrompt(text)));
        Assert.DoesNotContain(4, tokenizer.Encode("a"));
    }

    [Fact]
    public void Generation_ends_at_the_models_own_ends_and_at_those_known_by_name()
    {
        using var file = (Marked with { Tokens = ["a", "<|im_end|>", "<|endoftext|>", "</s>", "<|eot_id|>"], Types = [1, 3, 3, 3, 1], Ids = [("eos", 3)] }).Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Equal([false, true, true, true, true], Enumerable.Range(0, 5).Select(tokenizer.IsEndOfGeneration));
    }

    [Fact]
    public void Needs_no_file_once_it_is_made()
    {
        var file = Marked.Build();
        var tokenizer = Tokenizer.FromGguf(file);
        file.Dispose();

        Assert.Equal([0, 4], tokenizer.Encode("a<a>"));
    }

    [Theory]
    [InlineData("llama-bpe", null, "4 0")]
    [InlineData("llama-bpe", false, "0")]
    [InlineData("qwen2", null, "0")]
    [InlineData("qwen2", true, "4 0")]
    public void Where_the_file_does_not_say_the_pre_tokenizer_says_how_a_prompt_begins(string pre, bool? addBos, string ids)
    {
        using var file = (Marked with { Pre = pre, AddBos = addBos }).Build();

        Assert.Equal(ids, string.Join(' ', Tokenizer.FromGguf(file).EncodePrompt("a")));
    }

    [Theory]
    [InlineData("llama-bpe", "abc", "3")]
    [InlineData("qwen2", "abc", "0 1 2")]
    [InlineData("llama-bpe", "abcabc", "0 1 2 0 1 2")]
    [InlineData("llama-bpe", "cab", "2 0 1")]            // a mark is not text, even if its letters are
    public void A_piece_that_is_a_token_is_that_token_where_the_model_wants_it(string pre, string text, string ids)
    {
        using var file = new TinyVocabulary { Pre = pre, Tokens = ["a", "b", "c", "abc", "cab"], Types = [1, 1, 1, 1, 3] }.Build();

        Assert.Equal(ids, string.Join(' ', Tokenizer.FromGguf(file).Encode(text, parseSpecial: false)));
    }

    /// <summary>The vectors that llama.cpp publishes with a vocabulary.</summary>
    private static void AssertVectors(string vocabulary)
    {
        var tokenizer = RealTokenizers.Load(vocabulary);
        var texts = File.ReadAllText(SharedFiles.Require(vocabulary + ".inp")).Split("\n__ggml_vocab_test__\n");
        var expected = File.ReadAllLines(SharedFiles.Require(vocabulary + ".out"));

        Assert.Equal(46, expected.Length);
        Assert.All(expected, (line, i) =>
        {
            var ids = tokenizer.Encode(texts[i], parseSpecial: false);
            Assert.Equal(line.Trim(), string.Join(' ', ids));
            Assert.Equal(texts[i], tokenizer.Decode(ids));
        });
    }

    private static void AssertRoundTrip(Tokenizer tokenizer, string text, string expected)
    {
        Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text), showSpecial: true));
        Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text, parseSpecial: false)));
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
