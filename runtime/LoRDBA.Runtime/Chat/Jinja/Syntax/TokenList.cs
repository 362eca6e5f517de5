namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Receives the tokens of a template as the lexer walks over its text.</summary>
internal sealed class TokenList
{
    /// <summary>Tokens that a template may have; those in use have up to some thousands.</summary>
    public const int MaxTokens = 100_000;

    private readonly TemplateSource source;
    private readonly List<Token> tokens = [];
    private int line = 1;

    /// <summary>Starts at the beginning of the text.</summary>
    public TokenList(TemplateSource source)
    {
        this.source = source;
        // As Jinja reads a file: line ends are one character, and one at the end is dropped.
        var text = source.Text.Replace("\r\n", "\n").Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>The template.</summary>
    public string Text { get; }

    /// <summary>How far the lexer is.</summary>
    public int Position { get; private set; }

    /// <summary>What is left to read.</summary>
    public ReadOnlySpan<char> Rest => Text.AsSpan(Position);

    /// <summary>What was read.</summary>
    public IReadOnlyList<Token> Tokens => tokens;

    /// <summary>Goes on by <paramref name="count"/> characters.</summary>
    public void Advance(int count)
    {
        line += Text.AsSpan(Position, count).Count('\n');
        Position += count;
    }

    /// <summary>Goes on behind white space.</summary>
    public void SkipWhiteSpace() => Advance(Rest.Length - Rest.TrimStart().Length);

    /// <summary>Adds a token at this line.</summary>
    public void Add(TokenKind kind, string text = "")
    {
        if (tokens.Count == MaxTokens) throw source.Error(ChatTemplateError.Budget, line, $"it has more than {MaxTokens} tokens.");
        tokens.Add(new(kind, text, line));
    }

    /// <summary>An error at this line.</summary>
    public ChatTemplateException Error(string message) => source.Error(ChatTemplateError.Syntax, line, message);
}
