using System.Globalization;
using System.Text;

namespace LoRDBA.Tests;

/// <summary>What a stranger's file can hold instead of a name.</summary>
internal static class HostileText
{
    /// <summary>Every control, separator and format character of Unicode, what is no character, and the signs that end a text in C#, XML, a shell
    /// or a terminal's command.</summary>
    public static IReadOnlyList<string> Characters { get; } = [.. Enumerable.Range(0, 0x110000)
        .Where(code => Rune.IsValid(code) && IsHostile(new Rune(code)))
        .Select(char.ConvertFromUtf32)];

    /// <summary>The same as one name: between the characters stands what would be code or a command, if the character ended the text.</summary>
    public static string Name { get; } = string.Concat(Characters.Select((character, i) => $"{character}class Injected{i}{{}}")) + Sequences;

    /// <summary>Whole sequences: ends of comments and texts, mark-up, commands to a terminal.</summary>
    public const string Sequences = "*/ class A {} /* \"; class B {} // \"\"\" ]]> </summary><x> &amp; & &#10; {0} $(x) `x` \u001b[2J\u001b]0;title\a\u001b]8;;http://x\u001b\\ \u202Etxt.exe\u202C \r\nlordba: done\n";

    /// <summary>Whether a terminal or an editor would obey, hide or turn round something, in one line of text.</summary>
    public static bool IsObeyed(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsHostile(Rune rune) =>
        IsObeyed(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator || (rune.Value & 0xFFFE) == 0xFFFE || "\"'`\\/*<>&#{}@$;".Contains(rune.ToString(), StringComparison.Ordinal);
}
