using System.Text;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class VocabularyTests
{
    private static readonly TinyVocabulary Sound = new()
    {
        // Ġ is a space, Ċ a line break, Ã© the two bytes of é in the byte alphabet.
        Tokens = ["a", "Ġ", "Ċ", "Ã©", "<s>", "Ġ", "é"],
        Types = [1, 1, 1, 1, 3, 4, 1],
        Ids = [("bos", 4), ("eos", 0)],
    };

    [Fact]
    public void Undoes_the_byte_alphabet_of_text_but_not_of_marks()
    {
        using var file = Sound.Build();
        var vocabulary = Vocabulary.FromGguf(file);

        Assert.Equal(7, vocabulary.Count);
        Assert.Equal(["a", " ", "\n", "é", "<s>", "Ġ"], Enumerable.Range(0, 6).Select(id => Encoding.UTF8.GetString(vocabulary.Bytes(id))));
        Assert.Equal(TokenType.Control, vocabulary.Type(4));
        Assert.Equal(4, vocabulary.BosId);
        Assert.Equal(0, vocabulary.EosId);
        Assert.Null(vocabulary.EotId);
        Assert.False(vocabulary.AddBos);
    }

    [Fact]
    public void A_character_of_the_alphabet_is_its_byte_and_any_other_is_kept()
    {
        // é itself is U+00E9, the character of the byte E9; € is not in the alphabet.
        using var file = (Sound with { Tokens = ["é", "€"], Types = null, Ids = [] }).Build();
        var vocabulary = Vocabulary.FromGguf(file);

        Assert.Equal([0xE9], vocabulary.Bytes(0).ToArray());
        Assert.Equal("€"u8.ToArray(), vocabulary.Bytes(1).ToArray());
    }

    [Fact]
    public void Every_byte_has_one_token_in_gpt2()
    {
        var vocabulary = RealTokenizers.Load(RealTokenizers.Gpt2).Vocabulary;
        var single = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Bytes(id).Length == 1).Select(id => vocabulary.Bytes(id)[0]);

        Assert.Equal(50257, vocabulary.Count);
        Assert.Equal(Enumerable.Range(0, 256), single.Select(value => (int)value).Order());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void An_id_outside_is_an_error(int id)
    {
        using var file = Sound.Build();
        var vocabulary = Vocabulary.FromGguf(file);

        Assert.Equal("token id", Assert.Throws<TokenizerException>(() => vocabulary.Bytes(id).Length).Field);
        Assert.Equal("token id", Assert.Throws<TokenizerException>(() => vocabulary.Type(id)).Field);
    }

    public static TheoryData<string, string> DamagedVocabularies { get; } = new()
    {
        { "kind", "tokenizer.ggml.model" },
        { "empty", "tokenizer.ggml.tokens" },
        { "types too short", "tokenizer.ggml.token_type" },
        { "types too long", "tokenizer.ggml.token_type" },
        { "type negative", "tokenizer.ggml.token_type" },
        { "type too large", "tokenizer.ggml.token_type" },
        { "scores too short", "tokenizer.ggml.scores" },
    };

    [Theory]
    [MemberData(nameof(DamagedVocabularies))]
    public void A_damaged_vocabulary_is_refused_by_the_field_at_fault(string damage, string field)
    {
        using var file = Damage(damage).Build();

        Assert.Equal(field, Assert.Throws<TokenizerException>(() => Vocabulary.FromGguf(file)).Field);
    }

    [Theory]
    [InlineData("bos", -1)]
    [InlineData("eos", -1)]
    [InlineData("eos", 7)]
    [InlineData("eot", int.MaxValue)]
    [InlineData("eom", 7)]
    [InlineData("unknown", -1)]
    public void An_id_that_is_no_token_is_read_as_if_it_were_absent_with_a_notice(string name, int id)
    {
        using var file = (Sound with { Ids = [(name, id)] }).Build();
        var vocabulary = Vocabulary.FromGguf(file);

        Assert.Equal((null, null, null), (vocabulary.BosId, vocabulary.EosId, vocabulary.EotId));
        Assert.Contains($"tokenizer.ggml.{name}_token_id is {id}, which is no token", Assert.Single(vocabulary.Notices));
    }

    /// <summary>A token, the type that the file gives it, and what it is.</summary>
    [Theory]
    [InlineData("gpt2", "<|im_end|>", TokenType.Normal, TokenType.Control)]
    [InlineData("gpt2", "<|end|>", TokenType.UserDefined, TokenType.Control)]
    [InlineData("gpt2", "<end_of_turn>", TokenType.Unused, TokenType.Control)]
    [InlineData("gpt2", "<|im_start|>", TokenType.Normal, TokenType.Control)]
    [InlineData("gpt2", "<|im_start|>", TokenType.UserDefined, TokenType.UserDefined)]
    [InlineData("gpt2", "<start_of_turn>", TokenType.Normal, TokenType.Control)]  // the template below writes it
    [InlineData("gpt2", "[INST]", TokenType.Normal, TokenType.Control)]
    [InlineData("gpt2", "<think>", TokenType.Normal, TokenType.UserDefined)]
    [InlineData("gpt2", "[0]", TokenType.Normal, TokenType.Normal)]              // code, which the template has too
    [InlineData("gpt2", "<br>", TokenType.Normal, TokenType.Normal)]
    [InlineData("gpt2", "<0x0A>", TokenType.Normal, TokenType.Normal)]
    [InlineData("llama", "<0x0A>", TokenType.Normal, TokenType.Byte)]
    [InlineData("llama", "<0x0A>", TokenType.UserDefined, TokenType.Byte)]
    [InlineData("llama", "<0x0>", TokenType.Normal, TokenType.Normal)]
    [InlineData("llama", "<｜end▁of▁sentence｜>", TokenType.Normal, TokenType.Control)]
    public void A_known_name_goes_before_the_type_in_the_file(string model, string token, TokenType given, TokenType type)
    {
        using var file = new TinyVocabulary
        {
            Model = model,
            Tokens = ["a", token],
            Types = [1, (int)given],
            Scores = [0, 0],
            ChatTemplate = "{{ '<start_of_turn>' + messages[0].content + '[INST]<think>' }}",
        }.Build();
        var vocabulary = Vocabulary.FromGguf(file);

        Assert.Equal(type, vocabulary.Type(1));
        Assert.Equal(type == TokenType.Byte ? "\n" : token, Encoding.UTF8.GetString(vocabulary.Bytes(1)));
    }

    [Theory]
    [InlineData("<|im_end|>")]
    [InlineData("<|end|>")]
    [InlineData("<end_of_turn>")]
    [InlineData("<|eot_id|>")]
    [InlineData("<|eom_id|>")]
    [InlineData("<|endoftext|>")]
    [InlineData("<|end_of_text|>")]
    [InlineData("<EOT>")]
    [InlineData("▁<EOT>")]
    [InlineData("<|return|>")]
    [InlineData("<｜end▁of▁sentence｜>")]
    public void The_ends_of_known_families_end_an_answer_whatever_their_type(string name)
    {
        foreach (var model in (string[])["gpt2", "llama"])
            foreach (var type in (int[])[0, 1, 2, 3, 4, 5])
            {
                using var file = new TinyVocabulary { Model = model, Tokens = ["a", name], Types = [1, type], Scores = [0, 0] }.Build();
                Assert.Equal([false, true], Enumerable.Range(0, 2).Select(Vocabulary.FromGguf(file).IsEnd));
            }
    }

    [Fact]
    public void In_the_Harmony_format_the_end_of_a_message_is_not_that_of_the_answer()
    {
        using var file = new TinyVocabulary { Tokens = ["a", "<|end|>", "<|return|>", "<|call|>"], Types = [1, 3, 3, 3] }.Build();

        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(Vocabulary.FromGguf(file).IsEnd));
    }

    [Fact]
    public void The_ids_of_end_of_turn_and_end_of_message_end_an_answer()
    {
        using var file = new TinyVocabulary { Tokens = ["a", "b", "c", "d"], Ids = [("eos", 1), ("eot", 2), ("eom", 3)] }.Build();

        Assert.Equal([false, true, true, true], Enumerable.Range(0, 4).Select(Vocabulary.FromGguf(file).IsEnd));
    }

    /// <summary>A key, and a value of another type than it needs.</summary>
    public static TheoryData<string, object> WrongTypes { get; } = new()
    {
        { "tokenizer.ggml.model", 1u },
        { "tokenizer.ggml.tokens", "a" },
        { "tokenizer.ggml.tokens", new[] { 1f } },
        { "tokenizer.ggml.token_type", new float[7] },
        { "tokenizer.ggml.token_type", new sbyte[7] },
        { "tokenizer.ggml.scores", new sbyte[7] },
        { "tokenizer.ggml.scores", new double[7] },
        { "tokenizer.ggml.scores", 1f },
        { "tokenizer.ggml.bos_token_id", "4" },
        { "tokenizer.ggml.bos_token_id", 4f },
        { "tokenizer.ggml.add_bos_token", 1u },
    };

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public void A_known_key_of_another_type_is_refused(string key, object value)
    {
        var writer = new GgufWriter();
        Add(writer, key, value);
        if (key != "tokenizer.ggml.model") writer.Add("tokenizer.ggml.model", "gpt2");
        if (key != "tokenizer.ggml.tokens") writer.AddArray("tokenizer.ggml.tokens", Sound.Tokens);
        if (key != "tokenizer.ggml.bos_token_id") writer.Add("tokenizer.ggml.bos_token_id", 4u);
        using var file = GgufFile.FromBytes(writer.ToArray(), "tiny");

        var error = Assert.Throws<GgufException>(() => Vocabulary.FromGguf(file));
        Assert.Equal((GgufError.WrongValueType, key), (error.Error, error.Field));
    }

    private static void Add(GgufWriter writer, string key, object value) => _ = value switch
    {
        string text => writer.Add(key, text),
        uint number => writer.Add(key, number),
        float number => writer.Add(key, number),
        float[] numbers => writer.AddArray<float>(key, numbers),
        double[] numbers => writer.AddArray<double>(key, numbers),
        sbyte[] numbers => writer.AddArray<sbyte>(key, numbers),
        _ => throw new ArgumentException($"no GGUF value for {value.GetType()}"),
    };

    private static TinyVocabulary Damage(string damage) => damage switch
    {
        "kind" => Sound with { Model = "bert" },
        "empty" => Sound with { Tokens = [], Types = null },
        "types too short" => Sound with { Types = [1, 1, 1, 1, 3, 4] },
        "types too long" => Sound with { Types = [1, 1, 1, 1, 3, 4, 1, 1] },
        "type negative" => Sound with { Types = [1, 1, -1, 1, 3, 4, 1] },
        "type too large" => Sound with { Types = [1, 1, 7, 1, 3, 4, 1] },
        "scores too short" => Sound with { Scores = [0, 0, 0, 0, 0, 0] },
        _ => throw new ArgumentOutOfRangeException(nameof(damage)),
    };
}
