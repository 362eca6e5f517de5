using System.Globalization;
using System.Text;

namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Reads <c>'...'</c> and <c>"..."</c> with the escapes of Python; an unknown one is kept as it is.</summary>
internal static class StringLiteral
{
    /// <summary>Reads the literal that begins here.</summary>
    public static void Read(TokenList list)
    {
        var rest = list.Rest;
        var end = 1;
        while (end < rest.Length && rest[end] != rest[0]) end += rest[end] == '\\' ? 2 : 1;
        if (end >= rest.Length) throw list.Error("a string is not closed.");
        list.Add(TokenKind.Text, Unescape(rest[1..end].ToString(), list));
        list.Advance(end + 1);
    }

    private static string Unescape(string text, TokenList list)
    {
        if (!text.Contains('\\')) return text;
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '\\') result.Append(ReadEscape(text, ref at, list));
            else result.Append(text[at++]);
        }
        return result.ToString();
    }

    /// <summary>What the escape at <paramref name="at"/> stands for; goes on behind it.</summary>
    private static string ReadEscape(string text, ref int at, TokenList list)
    {
        var escape = text[at + 1];
        at += 2;
        switch (escape)
        {
            case 'n': return "\n";
            case 't': return "\t";
            case 'r': return "\r";
            case 'a': return "\a";
            case 'b': return "\b";
            case 'f': return "\f";
            case 'v': return "\v";
            case '\n': return "";
            case '\\' or '\'' or '"': return escape.ToString();
            case 'x': return ReadCharacter(text, ref at, 2, list);
            case 'u': return ReadCharacter(text, ref at, 4, list);
            case 'U': return ReadCharacter(text, ref at, 8, list);
            case >= '0' and <= '7':
                var value = escape - '0';
                for (var digits = 1; digits < 3 && at < text.Length && text[at] is >= '0' and <= '7'; digits++) value = value * 8 + (text[at++] - '0');
                return ((char)value).ToString();
            default: return $"\\{escape}";
        }
    }

    private static string ReadCharacter(string text, ref int at, int digits, TokenList list)
    {
        var hex = text.AsSpan(at, Math.Min(digits, text.Length - at));
        if (hex.Length < digits || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 0x10FFFF)
            throw list.Error($"\\{text[at - 1]} in a string needs {digits} hexadecimal digits of a character.");
        at += digits;
        return value <= char.MaxValue ? ((char)value).ToString() : char.ConvertFromUtf32((int)value);
    }
}
