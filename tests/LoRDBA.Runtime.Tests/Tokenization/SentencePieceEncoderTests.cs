using CsCheck;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class SentencePieceEncoderTests
{
    private static readonly TinyVocabulary Abc = new()
    {
        Model = "llama",
        //         0        1      2       3         4         5         6    7    8    9     10    11    12      13
        Tokens = ["<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "<0x0A>", "▁", "a", "b", "ab", "▁a", "bb", "abab", "▁▁"],
        Types = [2, 3, 3, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1],
        Scores = [0, 0, 0, 0, 0, 0, -20, -21, -22, -3, -2, -4, -1, -3],
        Ids = [("bos", 1), ("eos", 2)],
    };

    [Theory]
    [InlineData("", "")]
    [InlineData("b", "6 8")]
    [InlineData("a", "10")]
    [InlineData("ab", "10 8")]              // ▁a is worth more than ab
    [InlineData("bab", "6 8 9")]
    [InlineData("bbb", "6 11 8")]           // of equals the leftmost
    [InlineData("babab", "6 8 12")]         // a merge of merges
    [InlineData("babb", "6 8 9 8")]         // ab before bb
    [InlineData(" b", "13 8")]              // one space more than the text has
    [InlineData(" ab", "6 10 8")]
    [InlineData("b▁a", "6 8 10")]           // the mark is a space
    [InlineData("bé\nb", "6 8 3 4 5 8")]    // bytes of what is no token
    [InlineData("bèb", "6 8 0 8")]          // the second byte is no token: the character is unknown
    [InlineData("b</s>a<s>", "6 8 2 10 1")] // a space after each mark
    [InlineData("<s></s>", "1 2")]
    public void Merges_by_score_then_from_the_left(string text, string ids) => Assert.Equal(ids, Encode(Abc, text));

    [Theory]
    [InlineData("ab", "9")]
    [InlineData(" ab", "10 8")]
    [InlineData("", "")]
    public void Adds_no_space_where_the_model_wants_none(string text, string ids) =>
        Assert.Equal(ids, Encode(Abc with { More = file => file.Add("tokenizer.ggml.add_space_prefix", false) }, text));

    [Fact]
    public void Marks_and_bytes_are_not_made_of_their_letters()
    {
        var spelled = Abc with
        {
            Tokens = ["<unk>", "<s>", "</s>", "<", "s>", ">", "s", "<0x61>", "0x61", "a"],
            Types = [2, 3, 3, 1, 1, 1, 1, 6, 1, 1],
            Scores = new float[10],
        };
        using var file = spelled.Build();

        Assert.Equal([3, 4], Tokenizer.FromGguf(file).Encode("<s>", parseSpecial: false));
        Assert.Equal([3, 9, 5], Tokenizer.FromGguf(file).Encode("<a>"));
    }

    [Fact]
    public void Agrees_with_the_definition_on_random_scores()
    {
        // Tokens are the strings of 1 to 3 letters over {a, b}, the longer ones with random scores; many are equal.
        string[] pairs = ["aa", "ab", "ba", "bb"];
        string[] all = ["a", "b", .. pairs, .. pairs.SelectMany(pair => new[] { pair + "a", pair + "b" })];
        var scores = Gen.OneOf(0f, -0f, -1f, 1f, -2.5f, float.NegativeInfinity, 1e30f).Array[all.Length];
        var lacking = Gen.Int[2, all.Length];

        Gen.Select(scores, lacking, Gen.OneOf('a', 'b').Array[1, 60]).Sample((scores, count, text) =>
        {
            var vocabulary = new TinyVocabulary
            {
                Model = "llama",
                Tokens = all[..count],
                Scores = scores[..count],
                More = file => file.Add("tokenizer.ggml.add_space_prefix", false),
            };
            var expected = Define([.. text.Select(letter => $"{letter}")], vocabulary.Tokens, scores);
            Assert.Equal(string.Join(' ', expected.Select(token => Array.IndexOf(all, token))), Encode(vocabulary, new(text)));
        }, iter: 2_000);
    }

    [Fact]
    public void A_text_of_a_million_letters_is_encoded()
    {
        using var file = Abc.Build();

        Assert.Equal(500_002, Tokenizer.FromGguf(file).Encode(new string('b', 1_000_001)).Length);
    }

    [Fact]
    public void Scores_that_are_integers_are_converted()
    {
        var integers = Abc with { Scores = null, More = file => file.AddArray<int>("tokenizer.ggml.scores", [0, 0, 0, 0, 0, 0, -20, -21, -22, -3, -2, -4, -1, -3]) };

        Assert.Equal("6 8 12", Encode(integers, "babab"));
        Assert.Equal("10 8", Encode(integers, "ab"));
    }

    public static TheoryData<string, float[]> DamagedScores { get; } = new()
    {
        { "has 13 entries", new float[13] },
        { "has 15 entries", new float[15] },
        { "token 3", [0, 0, 0, float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(DamagedScores))]
    public void Damaged_scores_are_refused(string reason, float[] scores)
    {
        using var file = (Abc with { Scores = scores }).Build();
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file));

        Assert.Equal("tokenizer.ggml.scores", error.Field);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Scores_of_another_type_and_no_scores_are_refused()
    {
        using var bytes = (Abc with { Scores = null, More = file => file.AddArray<sbyte>("tokenizer.ggml.scores", new sbyte[14]) }).Build();
        using var none = (Abc with { Scores = null }).Build();

        Assert.Equal(GgufError.WrongValueType, Assert.Throws<GgufException>(() => Tokenizer.FromGguf(bytes)).Error);
        Assert.Equal(GgufError.MissingKey, Assert.Throws<GgufException>(() => Tokenizer.FromGguf(none)).Error);
    }

    [Theory]
    [InlineData("<0x0>")]
    [InlineData("<0x+A>")]
    [InlineData("<0x 1>")]
    [InlineData("<0xGG>")]
    [InlineData("<0x00>>")]
    [InlineData("")]
    public void A_byte_that_is_written_otherwise_is_refused(string token)
    {
        using var file = (Abc with { Tokens = ["a", token], Types = [1, 6], Scores = [0, 0], Ids = [] }).Build();
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file));

        Assert.Equal("tokenizer.ggml.tokens", error.Field);
        Assert.Contains("token 1 ", error.Message);
    }

    [Theory]
    [InlineData(null, "1 10")]
    [InlineData(true, "1 10")]
    [InlineData(false, "10")]
    public void A_prompt_begins_with_a_token_for_it_unless_the_file_says_no(bool? addBos, string ids)
    {
        using var file = (Abc with { AddBos = addBos }).Build();

        Assert.Equal(ids, string.Join(' ', Tokenizer.FromGguf(file).EncodePrompt("a")));
    }

    [Fact]
    public void The_token_that_ends_a_text_is_named_but_not_added()
    {
        using var file = (Abc with { More = file => file.Add("tokenizer.ggml.add_eos_token", true) }).Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.True(tokenizer.Vocabulary.AddEos);
        Assert.Equal([1, 10], tokenizer.EncodePrompt("a"));
    }

    [Theory]
    [InlineData("10 8", "ab")]
    [InlineData("13 8", " b")]
    [InlineData("8 10", "b a")]
    [InlineData("1 10 2 10", "<s>a</s>a")]
    [InlineData("6", "")]
    [InlineData("3 4 10", "é a")]
    public void Decoding_takes_the_space_off_again_that_encoding_added(string ids, string text)
    {
        using var file = Abc.Build();
        var tokenizer = Tokenizer.FromGguf(file);
        int[] tokens = [.. ids.Split(' ').Select(int.Parse)];

        Assert.Equal(text, tokenizer.Decode(tokens, showSpecial: true));
        var stream = new StreamingDecoder(tokenizer, showSpecial: true);
        Assert.Equal(text, string.Concat(tokens.Select(stream.Append)) + stream.Flush());
    }

    [Fact]
    public void A_space_with_which_a_text_goes_on_is_kept()
    {
        using var file = Abc.Build();
        var decoder = new StreamingDecoder(Tokenizer.FromGguf(file), continues: true);

        Assert.Equal([" a", " a", "", "a"], new[] { 10, 10, 2, 10 }.Select(decoder.Append));
    }

    /// <summary>As it is defined: again and again the leftmost neighbours of the highest score.</summary>
    private static List<string> Define(List<string> tokens, string[] vocabulary, float[] scores)
    {
        while (true)
        {
            var possible = Enumerable.Range(0, tokens.Count - 1)
                .Select(i => (Place: i, Id: Array.IndexOf(vocabulary, tokens[i] + tokens[i + 1])))
                .Where(pair => pair.Id >= 0).ToList();
            if (possible.Count == 0) return tokens;
            var best = possible.MaxBy(pair => scores[pair.Id]).Place;
            tokens[best] += tokens[best + 1];
            tokens.RemoveAt(best + 1);
        }
    }

    private static string Encode(TinyVocabulary vocabulary, string text)
    {
        using var file = vocabulary.Build();
        return string.Join(' ', Tokenizer.FromGguf(file).Encode(text));
    }
}
