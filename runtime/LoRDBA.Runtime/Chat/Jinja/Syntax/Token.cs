namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>What a token of a template is.</summary>
internal enum TokenKind
{
    /// <summary>Text between tags, written out as it is.</summary>
    Data,
    /// <summary><c>{{</c></summary>
    ExpressionStart,
    /// <summary><c>}}</c></summary>
    ExpressionEnd,
    /// <summary><c>{%</c></summary>
    StatementStart,
    /// <summary><c>%}</c></summary>
    StatementEnd,
    /// <summary>A name or a word such as <c>if</c>.</summary>
    Name,
    /// <summary>An integer literal.</summary>
    Integer,
    /// <summary>A floating-point literal.</summary>
    Float,
    /// <summary>A string literal, its escapes undone.</summary>
    Text,
    /// <summary>An operator or bracket.</summary>
    Operator,
    /// <summary>Behind the last token.</summary>
    End,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of tags nothing.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    /// <summary>Whether it is this operator.</summary>
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    /// <summary>Whether it is this word.</summary>
    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>How errors call it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.Data => "text",
        TokenKind.ExpressionStart => "{{",
        TokenKind.ExpressionEnd => "}}",
        TokenKind.StatementStart => "{%",
        TokenKind.StatementEnd => "%}",
        TokenKind.Text => "a string",
        TokenKind.End => "the end of the template",
        _ => $"'{Text}'",
    };
}
