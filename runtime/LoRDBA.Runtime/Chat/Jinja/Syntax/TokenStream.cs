namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>The tokens of a template as the parsers read them, and how deep they are in it.</summary>
internal sealed class TokenStream
{
    /// <summary>How deep brackets, operators and statements may be nested: what the stack of any thread bears.</summary>
    private const int MaxDepth = 100;

    private readonly TemplateSource source;
    private readonly IReadOnlyList<Token> tokens;
    private int index;
    private int depth;

    /// <summary>Starts at the first token.</summary>
    public TokenStream(TemplateSource source) => (this.source, tokens) = (source, Lexer.Read(source));

    /// <summary>The next token.</summary>
    public Token Current => tokens[index];

    /// <summary>The one behind it.</summary>
    public Token Following => tokens[Math.Min(index + 1, tokens.Count - 1)];

    /// <summary>Which token is next, counted from the first.</summary>
    public int Index => index;

    /// <summary>Whether a word stands between a token and the next one.</summary>
    public bool HasNameSince(int start, string name)
    {
        for (var i = start; i < index; i++)
            if (tokens[i].IsName(name)) return true;
        return false;
    }

    /// <summary>Takes the next token.</summary>
    public Token Take() => Current.Kind == TokenKind.End ? Current : tokens[index++];

    /// <summary>Takes the next token if it is this operator.</summary>
    public bool TryTakeOperator(string text) => TryTake(Current.IsOperator(text));

    /// <summary>Takes the next token if it is this word.</summary>
    public bool TryTakeName(string text) => TryTake(Current.IsName(text));

    /// <summary>Takes this operator.</summary>
    public void ExpectOperator(string text)
    {
        if (!TryTakeOperator(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes this word.</summary>
    public void ExpectName(string text)
    {
        if (!TryTakeName(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes a token of a kind and returns it.</summary>
    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Unexpected(what);

    /// <summary>Goes one level down; <see cref="Leave"/> comes back.</summary>
    public void Enter()
    {
        if (++depth > MaxDepth) throw Error(ChatTemplateError.Budget, Current.Line, $"it is nested more than {MaxDepth} levels deep.");
    }

    /// <summary>Goes one level up.</summary>
    public void Leave() => depth--;

    /// <summary>An error: something else has to stand here.</summary>
    public ChatTemplateException Unexpected(string expected) =>
        Error(ChatTemplateError.Syntax, Current.Line, $"{expected} is expected, but {Current} is there.");

    /// <summary>An error: a construct that this interpreter does not have.</summary>
    public ChatTemplateException Unsupported(int line, string construct) =>
        Error(ChatTemplateError.Unsupported, line, $"{construct} is not supported.");

    /// <summary>An error at a line.</summary>
    private ChatTemplateException Error(ChatTemplateError error, int line, string message) => source.Error(error, line, message);

    private bool TryTake(bool isWanted)
    {
        if (isWanted) index++;
        return isWanted;
    }
}
