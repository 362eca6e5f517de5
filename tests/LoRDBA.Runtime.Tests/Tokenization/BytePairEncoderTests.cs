using CsCheck;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class BytePairEncoderTests
{
    private static readonly TinyVocabulary Abc = new()
    {
        //         0    1    2    3     4     5      6
        Tokens = ["a", "b", "c", "bc", "ab", "aa", "abab"],
        Merges = ["b c", "a b", "a a", "ab ab"],
    };

    [Theory]
    [InlineData("a", "0")]
    [InlineData("abc", "0 3")]        // b c ranks before a b
    [InlineData("ab", "4")]
    [InlineData("aaa", "5 0")]        // of equals the leftmost
    [InlineData("aaaa", "5 5")]
    [InlineData("aab", "0 4")]        // a b ranks before a a
    [InlineData("ababc", "4 0 3")]    // the second a b is gone before it is asked for
    [InlineData("ababab", "6 4")]     // a merge of merges
    [InlineData("cba", "2 1 0")]
    public void Merges_by_rank_then_from_the_left(string text, string ids) => Assert.Equal(ids, Encode(Abc, text));

    [Fact]
    public void Of_a_merge_that_is_listed_twice_the_first_counts() =>
        Assert.Equal("0 3", Encode(Abc with { Merges = ["b c", "a b", "b c"] }, "abc"));

    [Fact]
    public void Agrees_with_the_definition_on_random_merges()
    {
        // Tokens are the strings of 1 to 3 letters over {a, b, c}; a random list of merges makes some of them.
        string[] letters = ["a", "b", "c"];
        string[] pairs = [.. letters.SelectMany(x => letters, (x, y) => x + y)];
        string[] all = [.. letters, .. pairs, .. pairs.SelectMany(x => letters, (x, y) => x + y)];
        string[] possible = [.. from left in all from right in all where left.Length + right.Length <= 3 select $"{left} {right}"];

        Gen.Select(Gen.Shuffle(possible), Gen.Int[0, possible.Length], Gen.OneOf('a', 'b', 'c').Array[1, 60]).Sample((shuffled, count, text) =>
        {
            var merges = shuffled[..count];
            var expected = Define([.. text.Select(letter => $"{letter}")], merges);
            Assert.Equal(string.Join(' ', expected.Select(token => Array.IndexOf(all, token))), Encode(new() { Tokens = all, Merges = merges }, new(text)));
        }, iter: 2_000);
    }

    [Fact]
    public void A_piece_of_a_million_letters_is_encoded()
    {
        using var file = Abc.Build();
        var ids = Tokenizer.FromGguf(file).Encode(new string('a', 1_000_001));

        Assert.Equal(500_001, ids.Length);
        Assert.All(ids[..^1], id => Assert.Equal(5, id));
        Assert.Equal(0, ids[^1]);
    }

    [Theory]
    [InlineData("adb")]
    [InlineData("d")]
    [InlineData("cddd")]
    public void A_byte_without_a_token_is_refused(string text)
    {
        using var file = Abc.Build();
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file).Encode(text));

        Assert.Contains($"U+0064, number {text.IndexOf('d') + 1} ", error.Message);
    }

    [Theory]
    [InlineData("a x")]      // x is no token
    [InlineData("x a")]
    [InlineData("c a")]      // ca is no token
    public void A_merge_of_what_is_no_token_is_left_out_with_a_notice(string merge)
    {
        using var file = (Abc with { Merges = ["b c", merge, "a b"] }).Build();
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Equal($"tokenizer.ggml.merges: 1 of 3 merges need a token that the vocabulary lacks and are left out. The first is merge 1, \"{merge}\".", Assert.Single(tokenizer.Notices));
        Assert.Equal([0, 3, 2, 0], tokenizer.Encode("abcca"));
        Assert.Equal([4, 4], tokenizer.Encode("abab"));
    }

    [Theory]
    [InlineData("ab")]       // no space
    [InlineData("a b c")]    // two
    [InlineData(" ab")]
    [InlineData("ab ")]
    [InlineData("")]
    [InlineData("a €")]      // not in the byte alphabet
    public void A_damaged_merge_is_refused_by_number(string merge)
    {
        using var file = (Abc with { Merges = ["b c", merge] }).Build();
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(file));

        Assert.Equal("tokenizer.ggml.merges", error.Field);
        Assert.Contains("merge 1 ", error.Message);
    }

    /// <summary>Byte-pair encoding as it is defined: again and again the leftmost pair of the lowest rank.</summary>
    private static List<string> Define(List<string> tokens, string[] merges)
    {
        while (true)
        {
            var best = Enumerable.Range(0, tokens.Count - 1)
                .Select(i => (Rank: Array.IndexOf(merges, $"{tokens[i]} {tokens[i + 1]}"), Position: i))
                .Where(pair => pair.Rank >= 0).DefaultIfEmpty((Rank: -1, Position: -1)).Min();
            if (best.Position < 0) return tokens;
            tokens[best.Position] += tokens[best.Position + 1];
            tokens.RemoveAt(best.Position + 1);
        }
    }

    private static string Encode(TinyVocabulary vocabulary, string text)
    {
        using var file = vocabulary.Build();
        return string.Join(' ', Tokenizer.FromGguf(file).Encode(text));
    }
}
