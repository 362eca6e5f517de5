namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>
/// Parses expressions. What binds weakest comes first, and each level has its method:
/// <code>
/// a if b else c | or | and | not | == != &lt; &lt;= > >= in, not in | + - | ~ | * / // % | ** | -a +a | <see cref="OperandParser"/>
/// </code>
/// </summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream tokens;
    private readonly OperandParser operands;

    /// <summary>Reads from <paramref name="tokens"/>.</summary>
    public ExpressionParser(TokenStream tokens)
    {
        this.tokens = tokens;
        operands = new OperandParser(tokens, this);
    }

    /// <summary>An expression, or several with commas between as a tuple.</summary>
    public Expression ParseTuple(bool allowsConditional = true)
    {
        var line = tokens.Current.Line;
        var first = allowsConditional ? Parse() : ParseOr();
        if (!tokens.Current.IsOperator(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TryTakeOperator(",") && !EndsTuple()) items.Add(allowsConditional ? Parse() : ParseOr());
        return new ListDisplay(line, [.. items], IsTuple: true);
    }

    /// <inheritdoc cref="OperandParser.ParseFilterNames"/>
    public Expression ParseFilterNames(Expression input) => operands.ParseFilterNames(input);

    /// <summary>One expression.</summary>
    public Expression Parse()
    {
        tokens.Enter();
        var line = tokens.Current.Line;
        var value = ParseOr();
        while (tokens.TryTakeName("if"))
        {
            var test = ParseOr();
            value = new Conditional(line, test, value, tokens.TryTakeName("else") ? Parse() : null);
        }
        tokens.Leave();
        return value;
    }

    /// <summary>An expression without <c>if</c> at its end, which in a loop's head means something else.</summary>
    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.Current.IsName("or")) left = new Binary(tokens.Take().Line, "or", left, ParseAnd());
        return left;
    }

    private bool EndsTuple() => tokens.Current.Kind is TokenKind.ExpressionEnd or TokenKind.StatementEnd
        || tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is ")" or "]" or "}" or "="
        || tokens.Current.IsName("in");

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.IsName("and")) left = new Binary(tokens.Take().Line, "and", left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.Current.IsName("not")) return ParseComparison();
        tokens.Enter();
        var not = new Unary(tokens.Take().Line, "not", ParseNot());
        tokens.Leave();
        return not;
    }

    private Expression ParseComparison()
    {
        var line = tokens.Current.Line;
        var first = ParseSum();
        List<(string, Expression)>? rest = null;
        while (TakeComparison() is { } name) (rest ??= []).Add((name, ParseSum()));
        return rest is null ? first : new Comparison(line, first, [.. rest]);
    }

    private string? TakeComparison()
    {
        var token = tokens.Current;
        if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=" || token.IsName("in")) return tokens.Take().Text;
        if (!token.IsName("not") || !tokens.Following.IsName("in")) return null;
        tokens.Take();
        tokens.Take();
        return "not in";
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (tokens.Current.IsOperator("+") || tokens.Current.IsOperator("-")) left = Join(tokens.Take(), left, ParseConcatenation());
        return left;
    }

    private Expression ParseConcatenation()
    {
        var left = ParseProduct();
        while (tokens.Current.IsOperator("~")) left = Join(tokens.Take(), left, ParseProduct());
        return left;
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is "*" or "/" or "//" or "%") left = Join(tokens.Take(), left, ParsePower());
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(allowsFilters: true);
        while (tokens.Current.IsOperator("**")) left = Join(tokens.Take(), left, ParseUnary(allowsFilters: true));
        return left;
    }

    private static Binary Join(Token name, Expression left, Expression right) => new(name.Line, name.Text, left, right);

    /// <summary>A sign binds more strongly than a filter: <c>-a | f</c> is <c>(-a) | f</c>.</summary>
    private Expression ParseUnary(bool allowsFilters)
    {
        var token = tokens.Current;
        if (!token.IsOperator("-") && !token.IsOperator("+")) return operands.Parse(allowsFilters);
        tokens.Enter();
        tokens.Take();
        Expression signed = new Unary(token.Line, token.Text, ParseUnary(allowsFilters: false));
        tokens.Leave();
        return allowsFilters ? operands.ParseFilters(signed) : signed;
    }
}
