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

    [GeneratedRegex(@"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    private static partial Regex Llama3();

    [GeneratedRegex(@"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    private static partial Regex Qwen2();

    [GeneratedRegex(@"[\p{P}\$\+<=>\^~\|]+")]
    private static partial Regex DefaultFirst();

    [GeneratedRegex(@"\p{N}+")]
    private static partial Regex DefaultThird();

    [GeneratedRegex(@"[0-9][0-9][0-9]")]
    private static partial Regex DefaultFourth();

    /// <summary>Texts in which the rule's alternatives meet often: their own letters, spaces of several kinds, marks, digits.</summary>
    private static readonly Gen<string> Texts = Gen.Frequency(
        (8, Gen.OneOf([.. "'stremvldSTREMVLD aZé我ß \n\r\t\u00A0\u2003\u3000\u0085019²½Ⅷ.!_-'`+|\u0301€\u200D"])),
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
    [InlineData("llama-bpe")]
    [InlineData("llama3")]
    [InlineData("llama-v3")]
    public void Llama3_cuts_as_its_regular_expression(string name) =>
        Texts.Sample(text => Assert.Equal(Llama3().Matches(text).Select(match => match.Value), Cut(name, text)), iter: 20_000);

    [Theory]
    [InlineData("qwen2")]
    [InlineData("deepseek-r1-qwen")]
    public void Qwen2_cuts_as_its_regular_expression(string name) =>
        Texts.Sample(text => Assert.Equal(Qwen2().Matches(text).Select(match => match.Value), Cut(name, text)), iter: 20_000);

    [Fact]
    public void Default_cuts_by_four_regular_expressions_in_turn() =>
        Texts.Sample(text =>
        {
            Regex[] rules = [DefaultFirst(), Gpt2(), DefaultThird(), DefaultFourth()];
            var expected = rules.Aggregate((IEnumerable<string>)[text], (pieces, rule) => pieces.SelectMany(piece => MatchesAndGaps(rule, piece)));
            Assert.Equal(expected.Where(piece => piece.Length > 0), Cut("default", text));
        }, iter: 20_000);

    [Theory]
    [InlineData("gpt-2", "𐐀𐐁x 𝒜b", "𐐀𐐁x| 𝒜b")]              // letters beyond U+FFFF
    [InlineData("gpt-2", "𝟙𝟚3 𝟜a", "𝟙𝟚3| 𝟜|a")]                 // digits beyond U+FFFF
    [InlineData("gpt-2", "🦙🦙 🦙.a", "🦙🦙| 🦙.|a")]
    [InlineData("smollm", "𝟙𝟚3 𝟜a", "𝟙|𝟚|3| |𝟜|a")]
    [InlineData("smollm", "in 2024, x", "in| |2|0|2|4|,| x")]
    [InlineData("gpt-2", "in 2024, x", "in| 2024|,| x")]
    [InlineData("llama-bpe", "in 20245, x", "in| |202|45|,| x")]
    [InlineData("llama-bpe", "WE'LL\tgo.\r\n\n  \n  x", "WE|'LL|\tgo|.\r\n\n|  \n| | x")]
    [InlineData("llama-bpe", "🦙𝒜b\n𐐀", "🦙𝒜b|\n|𐐀")]
    [InlineData("llama-bpe", "𝟙𝟚34", "𝟙𝟚3|4")]
    [InlineData("qwen2", "in 2024, x", "in| |2|0|2|4|,| x")]
    [InlineData("default", "a 12345 $5", "a| |123|45| |$|5")]
    [InlineData("default", "𝟙12345 ... ", "𝟙|123|45| |...| ")]
    [InlineData("gpt-2", "we'll  'll", "we|'ll| | '|ll")]
    public void Cuts_by_hand(string rule, string text, string pieces) => Assert.Equal(pieces.Split('|'), Cut(rule, text));

    /// <summary>Each rule that is written as expressions, by its first name.</summary>
    public static TheoryData<string> RulesOfExpressions => [.. PreTokenizer.Rules.Where(rule => rule.Expressions.Length > 0).Select(rule => rule.Names[0])];

    /// <summary>.NET's engine is the oracle, up to U+FFFF; its <c>$</c> also matches before a last line feed.</summary>
    [Theory]
    [MemberData(nameof(RulesOfExpressions))]
    public void Expressions_cut_as_in_another_engine(string name)
    {
        Regex[] rules = [.. PreTokenizer.Named(name).Expressions.Select(expression =>
            new Regex(Regex.Replace(expression, @"(?:\p{Cs}{2}-\p{Cs}{2})+", "").Replace("+$", @"+\z", StringComparison.Ordinal), RegexOptions.CultureInvariant))];

        Texts.Sample(text =>
        {
            var expected = rules.Aggregate((IEnumerable<string>)[text], (pieces, rule) => pieces.SelectMany(piece => MatchesAndGaps(rule, piece)));
            Assert.Equal(expected.Where(piece => piece.Length > 0), Cut(name, text));
        }, iter: 5_000);
    }

    /// <summary>Texts after the published expressions, worked out by hand.</summary>
    [Theory]
    [InlineData("tekken", "Hello helloWorld 2024 x/\n", "Hello| hello|World| |2|0|2|4| x|/\n")]
    [InlineData("tekken", "ÉTÉ été's", "ÉTÉ| été|'s")]
    [InlineData("gpt-4o", "We'll go, HELLOWorld 12345", "We'll| go|,| HELLOWorld| |123|45")]
    [InlineData("llama4", "x//\n  y", "x|//\n| | y")]
    [InlineData("gpt-4o", "𐐀𐐨𐐀", "𐐀𐐨|𐐀")]                            // a capital and a small letter beyond U+FFFF
    [InlineData("falcon", "a  b12345 ($", "a| | b|123|45| |($")]
    [InlineData("deepseek-llm", "你好 world\n 12  ", "你好| world|\n| |12|  ")]
    [InlineData("deepseek-llm", "𐐀𐐁x", "𐐀𐐁|x")]                              // the second expression takes letters too
    [InlineData("deepseek-coder", "if x1:", "if| x|1|:")]
    [InlineData("deepseek-v3", "12345 .net (a)你好", "123|45| .|net| (|a|)|你好")]
    [InlineData("command-r", "in 2024, x", "in| |2|0|2|4|,| x")]
    [InlineData("falcon3", "in 20245, x", "in| |202|45|,| x")]
    [InlineData("pixtral", "in 20245, x", "in| |202|45|,| x")]
    [InlineData("dbrx", "in 20245, x", "in| |202|45|,| x")]
    [InlineData("smaug-bpe", "in 20245, x", "in| |202|45|,| x")]
    [InlineData("bloom", "a, b. c", "a|,| b|.| c")]
    [InlineData("viking", "a12, b", "a|1|2|,| b")]
    public void Published_expressions_by_hand(string rule, string text, string pieces) => Assert.Equal(pieces.Split('|'), Cut(rule, text));

    /// <summary>To look for <c>\s+$</c> at each place of a run would take the square of the time: minutes for this text.</summary>
    [Fact]
    public void A_long_run_of_white_space_takes_no_longer_than_its_length() =>
        Assert.Equal([new string(' ', 999_999), " a"], Cut("deepseek-llm", new string(' ', 1_000_000) + "a"));

    [Theory]
    [InlineData("llama-bpe", true, true)]
    [InlineData("falcon3", true, true)]
    [InlineData("pixtral", true, true)]
    [InlineData("tekken", true, true)]
    [InlineData("dbrx", false, false)]
    [InlineData("smaug-bpe", false, false)]
    [InlineData("gpt-4o", false, false)]
    [InlineData("llama4", false, false)]
    [InlineData("command-r", false, false)]
    [InlineData("deepseek-llm", false, false)]
    public void Says_whether_whole_tokens_go_first_and_what_begins_a_text(string name, bool wholeFirst, bool addBos) =>
        Assert.Equal((wholeFirst, addBos), (PreTokenizer.Named(name).WholeFirst, PreTokenizer.Named(name).AddBos));

    [Fact]
    public void No_name_stands_for_two_rules()
    {
        var names = PreTokenizer.Rules.SelectMany(rule => rule.Names).ToList();

        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void An_unknown_rule_is_refused_by_name()
    {
        var error = Assert.Throws<TokenizerException>(() => PreTokenizer.Named("kimi-k2"));

        Assert.Equal("tokenizer.ggml.pre", error.Field);
        Assert.Contains("kimi-k2", error.Message);
        Assert.Contains("gpt-2, phi-2", error.Message);
    }

    private static IEnumerable<string> MatchesAndGaps(Regex rule, string text)
    {
        var end = 0;
        foreach (Match match in rule.Matches(text))
        {
            yield return text[end..match.Index];
            yield return match.Value;
            end = match.Index + match.Length;
        }
        yield return text[end..];
    }

    private static List<string> Cut(string rule, string text)
    {
        var ends = new List<int>();
        var bytes = Encoding.UTF8.GetBytes(text);
        PreTokenizer.Named(rule).Split(bytes, 0, ends);

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
