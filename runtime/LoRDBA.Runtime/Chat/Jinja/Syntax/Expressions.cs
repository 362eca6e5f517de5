using LoRDBA.Runtime.Chat.Jinja.Library;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Something that has a value.</summary>
/// <param name="Line">Where it begins in the template.</param>
internal abstract record Expression(int Line);

/// <summary>A value that is written out.</summary>
internal sealed record Literal(int Line, Value Value) : Expression(Line);

/// <summary>A variable.</summary>
internal sealed record Variable(int Line, string Name) : Expression(Line);

/// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
internal sealed record ListDisplay(int Line, Expression[] Items, bool IsTuple) : Expression(Line);

/// <summary><c>{a: b}</c></summary>
internal sealed record MapDisplay(int Line, (Expression Key, Expression Value)[] Entries) : Expression(Line);

/// <summary><c>not a</c>, <c>-a</c>, <c>+a</c></summary>
internal sealed record Unary(int Line, string Operator, Expression Operand) : Expression(Line);

/// <summary><c>a + b</c> and so on, <c>and</c> and <c>or</c> included.</summary>
internal sealed record Binary(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

/// <summary><c>a &lt; b in c</c>: true if each neighbour pair is.</summary>
internal sealed record Comparison(int Line, Expression First, (string Operator, Expression Right)[] Rest) : Expression(Line);

/// <summary><c>a if test else b</c></summary>
internal sealed record Conditional(int Line, Expression Test, Expression Then, Expression? Otherwise) : Expression(Line);

/// <summary><c>a.name</c></summary>
internal sealed record Attribute(int Line, Expression Target, string Name) : Expression(Line);

/// <summary><c>a[key]</c></summary>
internal sealed record Subscript(int Line, Expression Target, Expression Key) : Expression(Line);

/// <summary><c>a[start:stop:step]</c></summary>
internal sealed record Slice(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Line);

/// <summary><c>f(a, name=b)</c></summary>
internal sealed record Call(int Line, Expression Callee, ArgumentList Arguments) : Expression(Line);

/// <summary><c>a | filter(b)</c></summary>
internal sealed record FilterUse(int Line, Expression Input, Function Filter, ArgumentList Arguments) : Expression(Line);

/// <summary><c>a is test(b)</c>, <c>a is not test</c></summary>
internal sealed record TestUse(int Line, Expression Input, Function Test, ArgumentList Arguments, bool IsNegated) : Expression(Line);

/// <summary>What stands in the brackets of a call: <c>f(a, *rest, name=b, **named)</c>.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest = null, Expression? NamedRest = null)
{
    /// <summary>Nothing.</summary>
    public static ArgumentList Empty { get; } = new([], []);
}
