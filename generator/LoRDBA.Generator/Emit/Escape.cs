using System.Globalization;
using System.Text;

namespace LoRDBA.Generator.Emit;

/// <summary>
/// Text of a manifest for where it is put: a stranger wrote it, and C# ends a comment at more characters than line feeds. Each target has its
/// encoder, and nothing of a manifest is put into source or a message without one.
/// </summary>
internal static class Escape
{
    /// <summary>
    /// For a comment or a message: one line, in which control and format characters, line separators and what is no character are spelled out
    /// as <c>\u2028</c>. In a comment the compiler reads no such spelling.
    /// </summary>
    public static string Comment(string text) => Spell(text, _ => null);

    /// <summary>For a documentation comment, in an element or a quoted attribute: the same, and the signs of XML as entities.</summary>
    public static string Xml(string text) => Spell(text, c => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        _ => null,
    });

    private static string Spell(string text, Func<char, string?> entity)
    {
        var spelled = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsSurrogatePair(text, i);
            var isVisible = CharUnicodeInfo.GetUnicodeCategory(text, i) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
            if (isVisible) spelled.Append(entity(text[i]) ?? text.Substring(i, isPair ? 2 : 1));
            else spelled.Append(isPair ? $"\\U{char.ConvertToUtf32(text, i):X8}" : $"\\u{(int)text[i]:X4}");
            if (isPair) i++;
        }
        return spelled.ToString();
    }
}
