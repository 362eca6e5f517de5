using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>What a function is called with.</summary>
internal readonly record struct Arguments(Value[] Positional, (string Name, Value Value)[] Named)
{
    /// <summary>Nothing.</summary>
    public static Arguments None { get; } = new([], []);

    /// <summary>These without the first ones.</summary>
    public Arguments Skip(int count) => new(Positional[Math.Min(count, Positional.Length)..], Named);

    /// <summary>Brings them into the order of a function's parameters; null where one is not given.</summary>
    /// <exception cref="ChatTemplateException">There are too many, or one has a name that the function does not know, or comes twice.</exception>
    public Value?[] Bind(RenderContext context, string function, IReadOnlyList<string> parameters)
    {
        if (Positional.Length > parameters.Count) throw context.WrongValue($"{function} takes at most {parameters.Count} arguments, and is given {Positional.Length}.");
        var bound = new Value?[parameters.Count];
        Positional.CopyTo(bound, 0);
        foreach (var (name, value) in Named)
        {
            var index = 0;
            while (index < parameters.Count && parameters[index] != name) index++;
            if (index == parameters.Count) throw context.Unsupported($"the argument {name} of {function}");
            if (bound[index] is not null) throw context.WrongValue($"{function} is given the argument {name} twice.");
            bound[index] = value;
        }
        return bound;
    }
}
