using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>Variables of the template, a loop's body or a macro. What an inner scope sets is gone behind it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, Value> variables = new(StringComparer.Ordinal);

    /// <summary>Gives a variable of this scope a value.</summary>
    public void Set(string name, Value value) => variables[name] = value;

    /// <summary>The value of a variable of this or an outer scope.</summary>
    public Value Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope.variables.TryGetValue(name, out var value)) return value;
        return new UndefinedValue($"'{name}'");
    }

    private Scope? Outer { get; } = outer;
}
