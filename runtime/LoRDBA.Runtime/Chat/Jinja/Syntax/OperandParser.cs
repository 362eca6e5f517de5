using System.Globalization;
using LoRDBA.Runtime.Chat.Jinja.Library;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>
/// Parses operands: literals, names and brackets, with what follows them (<c>.name</c>, <c>[key]</c>, <c>(arguments)</c>) and then filters and
/// tests. Filters, tests and methods that do not exist are found here, whether or not they would ever run.
/// </summary>
internal sealed class OperandParser(TokenStream tokens, ExpressionParser expressions)
{
    /// <summary>An operand.</summary>
    public Expression Parse(bool allowsFilters)
    {
        var operand = ParsePostfixes(ParsePrimary());
        return allowsFilters ? ParseFilters(operand) : operand;
    }

    /// <summary>The filters of <c>{% filter a | b %}</c>, which stand behind their input without a bar before the first.</summary>
    public Expression ParseFilterNames(Expression input)
    {
        do input = ParseFilter(input);
        while (tokens.TryTakeOperator("|"));
        return input;
    }

    /// <summary>The filters and tests behind an operand.</summary>
    public Expression ParseFilters(Expression operand)
    {
        while (true)
        {
            if (tokens.TryTakeOperator("|")) operand = ParseFilter(operand);
            else if (tokens.TryTakeName("is")) operand = ParseTest(operand);
            else if (tokens.Current.IsOperator("(")) operand = ParseCall(operand);
            else return operand;
        }
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.Line, BoolValue.True),
                    "false" or "False" => new Literal(token.Line, BoolValue.False),
                    "none" or "None" => new Literal(token.Line, NoneValue.Instance),
                    _ => new Variable(token.Line, token.Text),
                };
            case TokenKind.Integer:
                return long.TryParse(token.Text, CultureInfo.InvariantCulture, out var integer)
                    ? new Literal(token.Line, new IntValue(integer))
                    : throw tokens.Unsupported(token.Line, $"the number {token.Text}, which has more than 64 bits,");
            case TokenKind.Float:
                return new Literal(token.Line, new FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.Text) text += tokens.Take().Text;
                return new Literal(token.Line, new TextValue(PromptText.Trusted(text)));
            case TokenKind.Operator when token.Text == "(": return ParseBrackets(token.Line);
            case TokenKind.Operator when token.Text == "[": return new ListDisplay(token.Line, ParseItems("]"), IsTuple: false);
            case TokenKind.Operator when token.Text == "{": return ParseMap(token.Line);
            default: throw tokens.Unexpected($"a value behind {token}");
        }
    }

    private Expression ParseBrackets(int line)
    {
        if (tokens.TryTakeOperator(")")) return new ListDisplay(line, [], IsTuple: true);
        var inner = expressions.ParseTuple();
        tokens.ExpectOperator(")");
        return inner;
    }

    private Expression[] ParseItems(string closing)
    {
        var items = new List<Expression>();
        while (!tokens.TryTakeOperator(closing))
        {
            if (items.Count > 0) tokens.ExpectOperator(",");
            if (tokens.TryTakeOperator(closing)) break;
            items.Add(expressions.Parse());
        }
        return [.. items];
    }

    private MapDisplay ParseMap(int line)
    {
        var entries = new List<(Expression, Expression)>();
        while (!tokens.TryTakeOperator("}"))
        {
            if (entries.Count > 0) tokens.ExpectOperator(",");
            if (tokens.TryTakeOperator("}")) break;
            var key = expressions.Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, expressions.Parse()));
        }
        return new(line, [.. entries]);
    }

    private Expression ParsePostfixes(Expression operand)
    {
        while (true)
        {
            if (tokens.TryTakeOperator(".")) operand = ParseAttribute(operand);
            else if (tokens.TryTakeOperator("[")) operand = ParseSubscript(operand);
            else if (tokens.Current.IsOperator("(")) operand = ParseCall(operand);
            else return operand;
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        if (tokens.Current.Kind == TokenKind.Integer) return new Subscript(target.Line, target, ParsePrimary());
        var name = tokens.Expect(TokenKind.Name, "a name");
        // Python keeps the way out of a sandbox behind such names.
        return name.Text.StartsWith('_') ? throw tokens.Unsupported(name.Line, $"the attribute {name.Text}") : new Attribute(name.Line, target, name.Text);
    }

    private Expression ParseSubscript(Expression target)
    {
        var start = tokens.Current.IsOperator(":") ? null : expressions.ParseTuple();
        if (start is not null && tokens.TryTakeOperator("]")) return new Subscript(target.Line, target, start);
        tokens.ExpectOperator(":");
        var stop = ParseBound();
        var step = tokens.TryTakeOperator(":") ? ParseBound() : null;
        tokens.ExpectOperator("]");
        return new Slice(target.Line, target, start, stop, step);
    }

    private Expression? ParseBound() => tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : expressions.Parse();

    private Call ParseCall(Expression callee)
    {
        if (callee is Attribute method && !Methods.Exists(method.Name)) throw tokens.Unsupported(method.Line, $"the method {method.Name}");
        return new(callee.Line, callee, ParseArguments());
    }

    private FilterUse ParseFilter(Expression input)
    {
        var name = tokens.Expect(TokenKind.Name, "the name of a filter");
        if (!Filters.TryFind(name.Text, out var filter)) throw tokens.Unsupported(name.Line, $"the filter {name.Text}");
        return new(name.Line, input, filter, tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty);
    }

    private TestUse ParseTest(Expression input)
    {
        var isNegated = tokens.TryTakeName("not");
        var name = tokens.Expect(TokenKind.Name, "the name of a test");
        if (!Tests.TryFind(name.Text, out var test)) throw tokens.Unsupported(name.Line, $"the test {name.Text}");
        if (tokens.Current.IsOperator("(")) return new(name.Line, input, test, ParseArguments(), isNegated);
        // One argument may stand without brackets: a is equalto b.
        var hasArgument = tokens.Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Integer or TokenKind.Float
            ? tokens.Current is not { Kind: TokenKind.Name, Text: "else" or "or" or "and" or "if" or "is" or "in" or "not" or "recursive" }
            : tokens.Current.IsOperator("[") || tokens.Current.IsOperator("{");
        return new(name.Line, input, test, hasArgument ? new([Parse(allowsFilters: false)], []) : ArgumentList.Empty, isNegated);
    }

    private ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        var (positional, named) = (new List<Expression>(), new List<(string, Expression)>());
        Expression? rest = null, namedRest = null;
        while (!tokens.TryTakeOperator(")"))
        {
            if (positional.Count + named.Count > 0 || rest is not null || namedRest is not null) tokens.ExpectOperator(",");
            if (tokens.TryTakeOperator(")")) break;
            if (rest is null && namedRest is null && tokens.TryTakeOperator("*")) rest = expressions.Parse();
            else if (namedRest is null && tokens.TryTakeOperator("**")) namedRest = expressions.Parse();
            else if (namedRest is null && tokens.Current.Kind == TokenKind.Name && tokens.Following.IsOperator("="))
            {
                var name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, expressions.Parse()));
            }
            else if (named.Count > 0 || rest is not null || namedRest is not null) throw tokens.Unexpected("a named argument");
            else positional.Add(expressions.Parse());
        }
        return new([.. positional], [.. named], rest, namedRest);
    }
}
