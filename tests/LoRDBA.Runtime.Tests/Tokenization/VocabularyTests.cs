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
        { "bos outside", "tokenizer.ggml.bos_token_id" },
        { "eos outside", "tokenizer.ggml.eos_token_id" },
        { "eot outside", "tokenizer.ggml.eot_token_id" },
    };

    [Theory]
    [MemberData(nameof(DamagedVocabularies))]
    public void A_damaged_vocabulary_is_refused_by_the_field_at_fault(string damage, string field)
    {
        using var file = Damage(damage).Build();

        Assert.Equal(field, Assert.Throws<TokenizerException>(() => Vocabulary.FromGguf(file)).Field);
    }

    [Fact]
    public void A_negative_id_is_refused()
    {
        using var file = (Sound with { Ids = [("bos", -1)] }).Build();

        Assert.Equal("tokenizer.ggml.bos_token_id", Assert.Throws<GgufException>(() => Vocabulary.FromGguf(file)).Field);
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
        "bos outside" => Sound with { Ids = [("bos", 7)] },
        "eos outside" => Sound with { Ids = [("eos", int.MaxValue)] },
        "eot outside" => Sound with { Ids = [("eot", 7)] },
        _ => throw new ArgumentOutOfRangeException(nameof(damage)),
    };
}
