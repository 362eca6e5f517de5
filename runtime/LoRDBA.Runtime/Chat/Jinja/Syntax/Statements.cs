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

/// <summary><c>{% for target in items if filter %} ... {% else %} ... {% endfor %}</c></summary>
internal sealed record For(int Line, string[] Target, Expression Items, Expression? Filter, Statement[] Body, Statement[] Otherwise) : Statement(Line);

/// <summary><c>{% set target = value %}</c></summary>
internal sealed record Set(int Line, SetTarget Target, Expression Value) : Statement(Line);

/// <summary><c>{% set target %} ... {% endset %}</c></summary>
internal sealed record SetBlock(int Line, SetTarget Target, Statement[] Body) : Statement(Line);

/// <summary>Variables, or with an attribute one of a namespace.</summary>
internal sealed record SetTarget(string[] Names, string? Attribute);

/// <summary><c>{% macro name(parameters) %} ... {% endmacro %}</c></summary>
internal sealed record Macro(int Line, string Name, (string Name, Expression? Default)[] Parameters, Statement[] Body) : Statement(Line);

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed record Jump(int Line, bool Breaks) : Statement(Line);
