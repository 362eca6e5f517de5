namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>
/// Cuts a template into text and tags, and takes away the white space beside tags:
/// <code>
/// {%- ... -%}   all of it, up to the next text or tag
/// {%  ...  %}   the indentation before it and one line end behind it (lstrip_blocks, trim_blocks); {{ ... }} takes none
/// {%+ ... +%}   none
/// </code>
/// Comments <c>{# ... #}</c> are like statements in this, and leave nothing.
/// </summary>
internal sealed class Lexer
{
    private readonly TokenList list;

    private Lexer(TokenList list) => this.list = list;

    /// <summary>The tokens of a template, the last an <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="ChatTemplateException">A tag, string or bracket is not closed, a character has no meaning, or there are too many tokens.</exception>
    public static IReadOnlyList<Token> Read(TemplateSource source)
    {
        var list = new TokenList(source);
        var lexer = new Lexer(list);
        while (lexer.ReadNext()) { }
        list.Add(TokenKind.End);
        return list.Tokens;
    }

    private bool ReadNext()
    {
        var length = FindTag(list.Rest);
        if (length < 0)
        {
            ReadData(list.Rest.Length, sign: '\0', strips: false);
            return false;
        }
        var kind = list.Rest[length + 1];
        var sign = SignAt(list.Rest, length + 2);
        ReadData(length, sign, strips: kind != '{');
        list.Advance(sign == '\0' ? 2 : 3);
        if (kind == '#') ReadComment();
        else if (kind == '{') ReadTag(TokenKind.ExpressionStart, TokenKind.ExpressionEnd, "}}");
        else if (!TryReadRaw()) ReadTag(TokenKind.StatementStart, TokenKind.StatementEnd, "%}");
        return true;
    }

    private static int FindTag(ReadOnlySpan<char> text)
    {
        for (var at = 0; at + 1 < text.Length; at++)
        {
            var found = text[at..].IndexOf('{');
            if (found < 0) return -1;
            at += found;
            if (at + 1 < text.Length && text[at + 1] is '{' or '%' or '#') return at;
        }
        return -1;
    }

    private static char SignAt(ReadOnlySpan<char> text, int index) => index < text.Length && text[index] is '-' or '+' ? text[index] : '\0';

    /// <summary>Adds the next characters as text.</summary>
    /// <param name="length">How many.</param>
    /// <param name="sign">What the tag behind them says of the white space before it.</param>
    /// <param name="strips">Whether that tag takes its indentation away without a sign.</param>
    private void ReadData(int length, char sign, bool strips)
    {
        var data = list.Rest[..length];
        if (sign == '-') data = data.TrimEnd();
        else if (sign == '\0' && strips)
        {
            var lineStart = data.LastIndexOf('\n') + 1;
            var isIndentation = lineStart > 0 || list.Position == 0 || list.Text[list.Position - 1] == '\n';
            if (isIndentation && data[lineStart..].IsWhiteSpace()) data = data[..lineStart];
        }
        if (!data.IsEmpty) list.Add(TokenKind.Data, data.ToString());
        list.Advance(length);
    }

    private void ReadComment()
    {
        var length = list.Rest.IndexOf("#}");
        if (length < 0) throw list.Error("the comment is not closed; #} is missing.");
        var sign = length > 0 ? SignAt(list.Rest, length - 1) : '\0';
        list.Advance(length + 2);
        SkipBehind(sign);
    }

    private void ReadTag(TokenKind start, TokenKind end, string closing)
    {
        list.Add(start);
        var sign = TagLexer.Read(list, closing);
        list.Add(end);
        list.Advance(sign == '\0' ? 2 : 3);
        if (end == TokenKind.StatementEnd || sign == '-') SkipBehind(sign);
    }

    private void SkipBehind(char sign)
    {
        if (sign == '-') list.SkipWhiteSpace();
        else if (sign == '\0' && list.Rest.StartsWith('\n')) list.Advance(1);
    }

    /// <summary>Reads <c>{% raw %} ... {% endraw %}</c>, of which the beginning <c>{%</c> is read.</summary>
    private bool TryReadRaw()
    {
        if (!IsTagOf("raw", list.Rest, out var length, out var sign)) return false;
        list.Advance(length);
        // Unlike other statements, this one keeps the line end behind it.
        if (sign == '-') list.SkipWhiteSpace();

        for (var at = 0; ; at += 2)
        {
            var found = list.Rest[at..].IndexOf("{%");
            if (found < 0) throw list.Error("{% raw %} is not closed; {% endraw %} is missing.");
            at += found;
            var before = SignAt(list.Rest, at + 2);
            if (!IsTagOf("endraw", list.Rest[(at + (before == '\0' ? 2 : 3))..], out length, out sign)) continue;
            ReadData(at, before, strips: true);
            list.Advance((before == '\0' ? 2 : 3) + length);
            SkipBehind(sign);
            return true;
        }
    }

    /// <summary>Whether the inside of a tag is this word alone; how long it is with the tag's end, and what sign that has.</summary>
    private static bool IsTagOf(string word, ReadOnlySpan<char> inside, out int length, out char sign)
    {
        (length, sign) = (0, '\0');
        var rest = inside.TrimStart();
        if (!rest.StartsWith(word)) return false;
        rest = rest[word.Length..].TrimStart();
        sign = SignAt(rest, 0);
        if (sign != '\0') rest = rest[1..];
        length = inside.Length - rest.Length + 2;
        return rest.StartsWith("%}");
    }
}
