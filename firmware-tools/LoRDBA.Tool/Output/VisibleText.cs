using System.Buffers;
using System.Globalization;
using System.Text;

namespace LoRDBA.Tool.Output;

/// <summary>
/// The text of a file for a person: what a terminal would obey (control characters), and what it would hide or turn round (format
/// characters, line separators), is spelled out. A name from a stranger's file can neither move the cursor nor begin a new line.
/// </summary>
internal static class VisibleText
{
    /// <summary>One line: <c>a\nb</c>, <c>\u001B[2J</c>, <c>\u202E</c>.</summary>
    public static string Of(string text) => Spell(text, IsVisible);

    /// <summary>What a model says: its lines and tabs are kept, and the format characters that scripts and emoji need; a control character
    /// is spelled out.</summary>
    public static string OfAnswer(string text) => Spell(text, rune => rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control);

    /// <summary>Whether a character shows as itself, or as a space.</summary>
    public static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    /// <summary>Appends a character's number, or the short form that everybody knows.</summary>
    public static void AppendSpelled(StringBuilder text, Rune rune) => _ = rune.Value switch
    {
        '\n' => text.Append("\\n"),
        '\r' => text.Append("\\r"),
        '\t' => text.Append("\\t"),
        <= char.MaxValue => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
    };

    private static string Spell(string text, Func<Rune, bool> isKept)
    {
        StringBuilder? spelled = null;
        for (var i = 0; i < text.Length;)
        {
            // Half of a pair is no character, and is written as what readers of UTF-8 make of it.
            var isWhole = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) == OperationStatus.Done;
            if (!isWhole || !isKept(rune)) spelled ??= new StringBuilder(text, 0, i, text.Length + 16);
            if (spelled is not null)
            {
                if (isKept(rune)) spelled.Append(rune.ToString());
                else AppendSpelled(spelled, rune);
            }
            i += length;
        }
        return spelled?.ToString() ?? text;
    }
}
