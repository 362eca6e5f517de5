using System.Globalization;
using System.Text;
using LoRDBA.Tests;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Tests.Output;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("Küche 模型 😀 ~ (Q4_1)", "Küche 模型 😀 ~ (Q4_1)")]
    [InlineData("a\nb\r\tc", @"a\nb\r\tc")]
    [InlineData("\u001b[2J\u009b1m\a", @"\u001B[2J\u009B1m\u0007")]
    [InlineData("\u202Etxt\u2028\u2029\u0085\u200B", @"\u202Etxt\u2028\u2029\u0085\u200B")]
    [InlineData("a\U000E0041b", @"a\U000E0041b")]
    public void What_a_terminal_obeys_or_hides_is_spelled_out(string text, string expected) => Assert.Equal(expected, VisibleText.Of(text));

    [Fact]
    public void Half_of_a_pair_is_replaced() => Assert.Equal("a\uFFFDb\uFFFD", VisibleText.Of("a\ud800b\udc00"));

    [Theory]
    [InlineData("one\n\ttwo 👩\u200D🚀 \u200Fא\u200E", "one\n\ttwo 👩\u200D🚀 \u200Fא\u200E")]
    [InlineData("\u001b[31mred\u001b[0m\b\b\r\u009b2J", @"\u001B[31mred\u001B[0m\u0008\u0008\r\u009B2J")]
    public void An_answer_keeps_its_lines_and_loses_its_commands(string text, string expected) => Assert.Equal(expected, VisibleText.OfAnswer(text));

    [Fact]
    public void Every_character_of_Unicode_shows_or_is_spelled_out()
    {
        foreach (var code in Enumerable.Range(0, 0x110000).Where(Rune.IsValid))
        {
            var rune = new Rune(code);
            var (text, line, answer) = (rune.ToString(), VisibleText.Of(rune.ToString()), VisibleText.OfAnswer(rune.ToString()));
            if (HostileText.IsObeyed(rune)) Assert.DoesNotContain(line.EnumerateRunes(), HostileText.IsObeyed);
            else Assert.Equal(text, line);
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control && rune.Value is not ('\n' or '\t')) Assert.DoesNotContain(answer, char.IsControl);
            else Assert.Equal(text, answer);
        }
    }
}
