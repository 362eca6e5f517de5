namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Parses a template: text, values that are written out, and statements. A new statement is a case of <see cref="ParseStatement"/>.</summary>
internal sealed class StatementParser
{
    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;
    private int loops;

    private StatementParser(TokenStream tokens) => (this.tokens, expressions) = (tokens, new ExpressionParser(tokens));

    /// <summary>The statements of a template.</summary>
    /// <exception cref="ChatTemplateException">It is not well-formed, uses what is not supported, or is too large or too deep.</exception>
    public static Statement[] Parse(TemplateSource source) => new StatementParser(new TokenStream(source)).ParseBody();

    /// <summary>Statements up to one that begins with one of these words, which is left to the caller; without words, up to the end.</summary>
    private Statement[] ParseBody(params ReadOnlySpan<string> ends)
    {
        tokens.Enter();
        var body = new List<Statement>();
        while (tokens.Current.Kind != TokenKind.End || ends.Length > 0)
        {
            var token = tokens.Current;
            if (token.Kind == TokenKind.StatementStart && tokens.Following.Kind == TokenKind.Name && ends.Contains(tokens.Following.Text)) break;
            tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Data(token.Line, token.Text));
                    break;
                case TokenKind.ExpressionStart:
                    body.Add(new Output(token.Line, expressions.ParseTuple()));
                    tokens.Expect(TokenKind.ExpressionEnd, "}}");
                    break;
                case TokenKind.StatementStart:
                    ParseStatement(body);
                    break;
                default:
                    throw tokens.Unexpected($"{{% {ends[^1]} %}}");
            }
        }
        tokens.Leave();
        return [.. body];
    }

    private void ParseStatement(List<Statement> body)
    {
        var name = tokens.Expect(TokenKind.Name, "a statement");
        switch (name.Text)
        {
            case "if": body.Add(ParseIf(name.Line)); break;
            case "for": body.Add(ParseFor(name.Line)); break;
            case "set": body.Add(ParseSet(name.Line)); break;
            case "macro": body.Add(ParseMacro(name.Line)); break;
            case "call": body.Add(ParseCallBlock(name.Line)); break;
            case "with": body.Add(ParseWith(name.Line)); break;
            case "filter": body.Add(ParseFilterBlock(name.Line)); break;
            case "do":
                body.Add(new Do(name.Line, expressions.ParseTuple()));
                EndTag();
                break;
            case "break" or "continue" when loops > 0:
                body.Add(new Jump(name.Line, name.Text == "break"));
                EndTag();
                break;
            case "generation":
                // The tag marks the text that a model is trained on; here its body is text like any other.
                EndTag();
                body.AddRange(ParseBody("endgeneration"));
                EndBody();
                break;
            default: throw tokens.Unsupported(name.Line, $"the statement {name.Text} here");
        }
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, Statement[])>();
        Statement[] otherwise = [];
        for (var word = "if"; word is "if" or "elif"; word = TakeBodyEnd())
        {
            var test = expressions.ParseTuple();
            EndTag();
            branches.Add((test, ParseBody("elif", "else", "endif")));
            if (!tokens.Following.IsName("else")) continue;
            TakeBodyEnd();
            EndTag();
            otherwise = ParseBody("endif");
        }
        EndTag();
        return new(line, [.. branches], otherwise);
    }

    private For ParseFor(int line)
    {
        var target = ParseNames();
        tokens.ExpectName("in");
        var items = expressions.ParseTuple(allowsConditional: false);
        var filter = tokens.TryTakeName("if") ? expressions.Parse() : null;
        var isRecursive = tokens.TryTakeName("recursive");
        EndTag();
        loops++;
        var body = ParseBody("else", "endfor");
        loops--;
        Statement[] otherwise = [];
        if (TakeBodyEnd() == "else")
        {
            EndTag();
            otherwise = ParseBody("endfor");
            TakeBodyEnd();
        }
        EndTag();
        return new(line, target, items, filter, isRecursive, body, otherwise);
    }

    private Statement ParseSet(int line)
    {
        var names = ParseNames();
        var attribute = names.Length == 1 && tokens.TryTakeOperator(".") ? tokens.Expect(TokenKind.Name, "a name").Text : null;
        var target = new SetTarget(names, attribute);
        if (tokens.TryTakeOperator("="))
        {
            var value = expressions.ParseTuple();
            EndTag();
            return new Set(line, target, value);
        }
        Expression text = new Variable(line, CapturedText.Name);
        if (tokens.TryTakeOperator("|")) text = expressions.ParseFilterNames(text);
        EndTag();
        var body = ParseBody("endset");
        EndBody();
        return new SetBlock(line, target, text, body);
    }

    private FilterBlock ParseFilterBlock(int line)
    {
        var value = expressions.ParseFilterNames(new Variable(line, CapturedText.Name));
        EndTag();
        var body = ParseBody("endfilter");
        EndBody();
        return new(line, value, body);
    }

    private With ParseWith(int line)
    {
        var assignments = new List<(string[], Expression)>();
        while (tokens.Current.Kind != TokenKind.StatementEnd)
        {
            if (assignments.Count > 0) tokens.ExpectOperator(",");
            var name = tokens.Expect(TokenKind.Name, "a name").Text;
            tokens.ExpectOperator("=");
            assignments.Add(([name], expressions.Parse()));
        }
        EndTag();
        var body = ParseBody("endwith");
        EndBody();
        return new(line, [.. assignments], body);
    }

    private Macro ParseMacro(int line)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        return ParseMacroBody(line, name, ParseParameters(), "endmacro");
    }

    private CallBlock ParseCallBlock(int line)
    {
        var parameters = tokens.Current.IsOperator("(") ? ParseParameters() : [];
        if (expressions.Parse() is not Call call) throw tokens.Unexpected("a call");
        return new(line, call, ParseMacroBody(line, "caller", parameters, "endcall"));
    }

    private (string, Expression?)[] ParseParameters()
    {
        var parameters = new List<(string, Expression?)>();
        tokens.ExpectOperator("(");
        while (!tokens.TryTakeOperator(")"))
        {
            if (parameters.Count > 0) tokens.ExpectOperator(",");
            var parameter = tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            parameters.Add((parameter, tokens.TryTakeOperator("=") ? expressions.Parse() : null));
        }
        return [.. parameters];
    }

    /// <summary>The body of a macro, which jumps of a loop around it do not reach.</summary>
    private Macro ParseMacroBody(int line, string name, (string, Expression?)[] parameters, string end)
    {
        EndTag();
        var (start, outerLoops) = (tokens.Index, loops);
        loops = 0;
        var body = ParseBody(end);
        loops = outerLoops;
        var (takesRest, takesNamedRest) = (tokens.HasNameSince(start, "varargs"), tokens.HasNameSince(start, "kwargs"));
        EndBody();
        return new(line, name, parameters, takesRest, takesNamedRest, body);
    }

    private string[] ParseNames()
    {
        var hasBrackets = tokens.TryTakeOperator("(");
        var names = new List<string>();
        do names.Add(tokens.Expect(TokenKind.Name, "a name").Text);
        while (tokens.TryTakeOperator(","));
        if (hasBrackets) tokens.ExpectOperator(")");
        return [.. names];
    }

    private void EndTag() => tokens.Expect(TokenKind.StatementEnd, "%}");

    /// <summary>Takes <c>{%</c> and the word that ended a body.</summary>
    private string TakeBodyEnd()
    {
        tokens.Expect(TokenKind.StatementStart, "{%");
        return tokens.Take().Text;
    }

    private void EndBody()
    {
        TakeBodyEnd();
        EndTag();
    }
}
