using System.Text;
using System.Text.RegularExpressions;
using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>Patterns of modules: beside the matcher of .NET on random patterns and names, and what they cost.</summary>
public sealed class ModulePatternTests
{
    private static readonly string[] Atoms = ["a", "b", ".", "\\.", "[ab]", "[^a]", "[a-c_]", "\\d", "\\w", "\\W", "[\\d.]", "[\\Wa]", "x", "_", "1", "(a|b)", "(?:ab|)", "(?P<n>a)", "^", "$", "\\b", "\\B"];
    private static readonly string[] Repeats = ["", "", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{,1}"];

    [Fact]
    public void It_matches_what_NETs_own_matcher_does()
    {
        var random = new Random(1);
        var matched = 0;
        for (var i = 0; i < 5000; i++)
        {
            var pattern = Pattern(random, depth: 2);
            var name = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => "ab.1_x"[random.Next(6)]));
            // Python's names of groups and {,1} are written otherwise here.
            var expected = Regex.IsMatch(name, $@"^(.*\.)?({pattern.Replace("?P<", "?<", StringComparison.Ordinal).Replace("{,", "{0,", StringComparison.Ordinal)})\z", RegexOptions.NonBacktracking);
            Assert.True(expected == ModulePattern.Parse(pattern, new PatternBudget()).IsMatch(name), $"{pattern} on '{name}': {expected} is expected");
            if (expected) matched++;
        }
        Assert.InRange(matched, 250, 4750);
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj"), InlineData("q_proj"), InlineData(".*"), InlineData("layers\\.(0|1)\\..*")]
    public void Equal_calls_cost_equally_and_a_plain_name_hardly_anything(string pattern)
    {
        var budget = new PatternBudget();
        var compiled = ModulePattern.Parse(pattern, budget);
        for (var i = 0; i < 10_000; i++) Assert.True(compiled.IsMatch("model.layers.0.self_attn.q_proj"));
    }

    [Theory]
    [InlineData("("), InlineData(")"), InlineData("a)"), InlineData("["), InlineData("[a"), InlineData("*"), InlineData("a|*"), InlineData("\\"), InlineData("[\\"), InlineData("a{2}{3}"), InlineData("a++"), InlineData("[b-a]"), InlineData("[a-\\d]")]
    [InlineData("a{3,2}"), InlineData("a{1001}"), InlineData("(?=a)"), InlineData("(?!a)"), InlineData("(?<=a)"), InlineData("(?i)"), InlineData("(?P=n)"), InlineData("\\1"), InlineData("\\p"), InlineData("(?#x)")]
    public void What_is_no_pattern_or_not_supported_is_refused(string pattern) => Assert.Throws<PatternException>(() => ModulePattern.Parse(pattern, new PatternBudget()));

    [Theory, InlineData("{", "{"), InlineData("a{x}", "a{x}"), InlineData("a{", "a{"), InlineData("]", "]"), InlineData("[]a]+", "]a"), InlineData("a-b", "a-b"), InlineData("[a-]", "-")]
    public void What_Python_takes_for_text_is_text(string pattern, string name) => Assert.True(ModulePattern.Parse(pattern, new PatternBudget()).IsMatch(name));

    [Fact]
    public void Deep_groups_and_large_patterns_are_refused()
    {
        Assert.Throws<PatternException>(() => ModulePattern.Parse(new string('(', 100_000), new PatternBudget()));
        Assert.Throws<PatternException>(() => ModulePattern.Parse("((a{100}){100}){100}", new PatternBudget()));
        var budget = new PatternBudget();
        Assert.Throws<PatternException>(() => { for (var i = 0; i < 1000; i++) ModulePattern.Parse("a{1000}", budget); });
    }

    private static string Pattern(Random random, int depth)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var atom = depth > 0 && random.Next(4) == 0 ? $"({Pattern(random, depth - 1)})" : Atoms[random.Next(Atoms.Length)];
            text.Append(atom).Append(atom is "^" or "$" or "\\b" or "\\B" ? "" : Repeats[random.Next(Repeats.Length)]);
        }
        return random.Next(4) == 0 ? $"{text}|{Atoms[random.Next(Atoms.Length)]}" : text.ToString();
    }
}
