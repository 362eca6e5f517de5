using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed partial class PreTokenizerTests
{
    /// <summary>The published rule. .NET's engine sees UTF-16 units, so it is an oracle for characters up to U+FFFF only.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2();

    [GeneratedRegex(@"\p{N}|\P{N}+")]
    private static partial Regex Digits();

    /// <summary>Texts in which the rule's alternatives meet often: their own letters, spaces of several kinds, marks, digits.</summary>
    private static readonly Gen<string> Texts = Gen.Frequency(
        (8, Gen.OneOf([.. "'stremvld aZé我ß \n\t\u00A0\u2003\u3000\u0085019²½Ⅷ.!_-'\u0301€\u200D"])),
        (1, Gen.Char.Where(character => !char.IsSurrogate(character))))
        .Array[0, 40].Select(characters => new string(characters));

    [Fact]
    public void Gpt2_cuts_as_its_regular_expression() =>
        Texts.Sample(text => Assert.Equal(Gpt2().Matches(text).Select(match => match.Value), Cut("gpt-2", text)), iter: 20_000);

    [Fact]
    public void Smollm_takes_digits_apart_first() =>
        Texts.Sample(text =>
        {
            var expected = Digits().Matches(text).SelectMany(part => Gpt2().Matches(part.Value)).Select(match => match.Value);
            Assert.Equal(expected, Cut("smollm", text));
        }, iter: 20_000);

    [Theory]
    [InlineData("gpt-2", "𐐀𐐁x 𝒜b", "𐐀𐐁x| 𝒜b")]              // letters beyond U+FFFF
    [InlineData("gpt-2", "𝟙𝟚3 𝟜a", "𝟙𝟚3| 𝟜|a")]                 // digits beyond U+FFFF
    [InlineData("gpt-2", "🦙🦙 🦙.a", "🦙🦙| 🦙.|a")]
    [InlineData("smollm", "𝟙𝟚3 𝟜a", "𝟙|𝟚|3| |𝟜|a")]
    [InlineData("smollm", "in 2024, x", "in| |2|0|2|4|,| x")]
    [InlineData("gpt-2", "in 2024, x", "in| 2024|,| x")]
    [InlineData("gpt-2", "we'll  'll", "we|'ll| | '|ll")]
    public void Cuts_by_hand(string rule, string text, string pieces) => Assert.Equal(pieces.Split('|'), Cut(rule, text));

    [Fact]
    public void An_unknown_rule_is_refused_by_name()
    {
        var error = Assert.Throws<TokenizerException>(() => PreTokenizer.Named("llama-bpe"));

        Assert.Equal("tokenizer.ggml.pre", error.Field);
        Assert.Contains("llama-bpe", error.Message);
        Assert.Contains("gpt-2, smollm", error.Message);
    }

    private static List<string> Cut(string rule, string text)
    {
        var ends = new List<int>();
        var bytes = Encoding.UTF8.GetBytes(text);
        PreTokenizer.Named(rule)(bytes, 0, ends);

        var pieces = new List<string>();
        var start = 0;
        foreach (var end in ends)
        {
            pieces.Add(Encoding.UTF8.GetString(bytes[start..end]));
            start = end;
        }
        Assert.Equal(bytes.Length, start);
        return pieces;
    }
}
