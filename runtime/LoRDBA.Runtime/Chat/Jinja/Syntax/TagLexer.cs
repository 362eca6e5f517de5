namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Cuts the inside of a tag into names, literals and operators.</summary>
internal static class TagLexer
{
    // Longer ones first.
    private static readonly string[] Operators = ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ",", ":", "|", "(", ")", "[", "]", "{", "}"];

    /// <summary>Reads up to the closing mark, and returns the sign before that, or a null character.</summary>
    /// <param name="list">Receives the tokens.</param>
    /// <param name="closing"><c>}}</c> or <c>%}</c>; inside brackets it does not close.</param>
    public static char Read(TokenList list, string closing)
    {
        var open = new Stack<char>();
        while (true)
        {
            list.SkipWhiteSpace();
            var rest = list.Rest;
            if (rest.IsEmpty) throw list.Error($"the tag is not closed; {closing} is missing.");
            if (open.Count == 0 && rest.StartsWith(closing)) return '\0';
            if (open.Count == 0 && (rest[0] == '-' || rest[0] == '+' && closing == "%}") && rest[1..].StartsWith(closing)) return rest[0];

            if (IsNameStart(rest[0])) Take(list, TokenKind.Name, NameLength(rest));
            else if (char.IsAsciiDigit(rest[0])) ReadNumber(list);
            else if (rest[0] is '\'' or '"') StringLiteral.Read(list);
            else ReadOperator(list, open);
        }
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static int NameLength(ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length && (IsNameStart(text[length]) || char.IsDigit(text[length]))) length++;
        return length;
    }

    private static void ReadNumber(TokenList list)
    {
        var rest = list.Rest;
        var length = DigitsAt(rest, 0);
        var kind = TokenKind.Integer;
        // In a.0.5 the digits are keys.
        if (list.Tokens[^1].IsOperator("."))
        {
            Take(list, kind, length);
            return;
        }
        if (length + 1 < rest.Length && rest[length] == '.' && char.IsAsciiDigit(rest[length + 1]))
        {
            length++;
            length += DigitsAt(rest, length);
            kind = TokenKind.Float;
        }
        if (length < rest.Length && rest[length] is 'e' or 'E')
        {
            var signed = length + 1 < rest.Length && rest[length + 1] is '+' or '-' ? length + 2 : length + 1;
            if (DigitsAt(rest, signed) is > 0 and var digits) (length, kind) = (signed + digits, TokenKind.Float);
        }
        Take(list, kind, length);
    }

    private static int DigitsAt(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - start;
    }

    private static void ReadOperator(TokenList list, Stack<char> open)
    {
        var rest = list.Rest;
        foreach (var name in Operators)
        {
            if (!rest.StartsWith(name)) continue;
            if (name is "(" or "[" or "{") open.Push(name[0]);
            if (name is ")" or "]" or "}") CheckClosing(list, open, name);
            Take(list, TokenKind.Operator, name.Length);
            return;
        }
        throw list.Error($"'{rest[0]}' has no meaning here.");
    }

    private static void CheckClosing(TokenList list, Stack<char> open, string closing)
    {
        var expected = open.TryPop(out var opening) ? opening switch { '(' => ")", '[' => "]", _ => "}" } : null;
        if (expected != closing) throw list.Error($"'{closing}' closes nothing.");
    }

    private static void Take(TokenList list, TokenKind kind, int length)
    {
        list.Add(kind, list.Rest[..length].ToString());
        list.Advance(length);
    }
}
