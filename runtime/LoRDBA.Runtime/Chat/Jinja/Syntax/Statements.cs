namespace LoRDBA.Runtime.Chat.Jinja.Syntax;

/// <summary>Something that is done.</summary>
/// <param name="Line">Where it begins in the template.</param>
internal abstract record Statement(int Line);

/// <summary>Text that is written out.</summary>
internal sealed record Data(int Line, string Text) : Statement(Line);

/// <summary><c>{{ value }}</c></summary>
internal sealed record Output(int Line, Expression Value) : Statement(Line);

/// <summary><c>{% if %} ... {% elif %} ... {% else %} ... {% endif %}</c></summary>
internal sealed record If(int Line, (Expression Test, Statement[] Body)[] Branches, Statement[] Otherwise) : Statement(Line);

/// <summary><c>{% for target in items if filter recursive %} ... {% else %} ... {% endfor %}</c></summary>
internal sealed record For(int Line, string[] Target, Expression Items, Expression? Filter, bool IsRecursive, Statement[] Body, Statement[] Otherwise) : Statement(Line);

/// <summary><c>{% set target = value %}</c></summary>
internal sealed record Set(int Line, SetTarget Target, Expression Value) : Statement(Line);

/// <summary><c>{% set target | filter %} ... {% endset %}</c>; <see cref="Value"/> is made of <see cref="CapturedText"/>.</summary>
internal sealed record SetBlock(int Line, SetTarget Target, Expression Value, Statement[] Body) : Statement(Line);

/// <summary><c>{% filter name %} ... {% endfilter %}</c>; <see cref="Value"/> is made of <see cref="CapturedText"/>.</summary>
internal sealed record FilterBlock(int Line, Expression Value, Statement[] Body) : Statement(Line);

/// <summary>The variable that holds the text of a body while its filters run; no template can name it.</summary>
internal static class CapturedText
{
    public const string Name = "text of the body";
}

/// <summary><c>{% do value %}</c></summary>
internal sealed record Do(int Line, Expression Value) : Statement(Line);

/// <summary><c>{% with a = 1, b = 2 %} ... {% endwith %}</c></summary>
internal sealed record With(int Line, (string[] Target, Expression Value)[] Assignments, Statement[] Body) : Statement(Line);

/// <summary>
/// <c>{% call(parameters) macro(arguments) %} ... {% endcall %}</c>: the body is the macro <c>caller</c> of the one that is called.
/// </summary>
internal sealed record CallBlock(int Line, Call Call, Macro Caller) : Statement(Line);

/// <summary>Variables, or with an attribute one of a namespace.</summary>
internal sealed record SetTarget(string[] Names, string? Attribute);

/// <summary>
/// <c>{% macro name(parameters) %} ... {% endmacro %}</c>. A body that asks for <c>varargs</c> or <c>kwargs</c> takes more arguments than
/// it has parameters.
/// </summary>
internal sealed record Macro(int Line, string Name, (string Name, Expression? Default)[] Parameters, bool TakesRest, bool TakesNamedRest, Statement[] Body) : Statement(Line);

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed record Jump(int Line, bool Breaks) : Statement(Line);
