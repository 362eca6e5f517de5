using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>Functions that every template has.</summary>
internal static class Functions
{
    private static readonly Function[] Timeless =
    [
        new("range", ["start", "stop", "step"], Range),
        new("namespace", null, Namespace),
        new("joiner", ["sep"], call => new JoinerValue(call.Bound[0] ?? TextValue.Trusted(", "))),
        new("cycler", null, call => call.Arguments.Positional is { Length: > 0 } items ? new CyclerValue(items) : throw call.Wrong("needs items to go through")),
        new("dict", null, call => new MapValue(call.Arguments.Named.Select(argument => (TextValue.Trusted(argument.Name), argument.Value)))),
        new("raise_exception", ["message"], call => throw call.Context.Raised($"the model's template refuses the conversation: {Printer.Print(call.Context, call[0])}")),
    ];

    /// <summary>Names and functions.</summary>
    /// <param name="clock">What <c>strftime_now</c> tells; null: there is no such function.</param>
    public static IEnumerable<(string Name, Value Value)> All(TimeProvider? clock)
    {
        foreach (var function in Timeless) yield return (function.Name, Callable(function));
        if (clock is not null) yield return ("strftime_now", Callable(new("strftime_now", ["format"], call => Strftime.Now(call, clock))));
    }

    private static MethodValue Callable(Function function) => new(new UndefinedValue(function.Name), function);

    private static ListValue Range(Invocation call)
    {
        var first = call.Integer(0, 0);
        var (start, stop) = call.Bound[1] is null ? (0, first) : (first, call.Integer(1, 0));
        var step = call.Integer(2, 1);
        if (step == 0) throw call.Wrong("takes a step that is not 0");
        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var size = step > 0 ? step : -(Int128)step;
        var count = distance <= 0 ? 0 : (long)Int128.Min((distance + size - 1) / size, long.MaxValue);
        // Before anything is made of it.
        call.Context.Budget.Spend(count);
        var items = new Value[count];
        for (var i = 0; i < count; i++) items[i] = new IntValue(start + i * step);
        return new(items);
    }

    private static NamespaceValue Namespace(Invocation call)
    {
        var made = new NamespaceValue();
        foreach (var value in call.Arguments.Positional)
        {
            if (value is not MapValue map) throw call.Wrong($"takes dictionaries and named values, not {value.Kind}");
            foreach (var (key, item) in map.Entries) made.Variables[key.Chars] = item;
        }
        foreach (var (name, value) in call.Arguments.Named) made.Variables[name] = value;
        return made;
    }
}
