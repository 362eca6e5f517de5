using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>A filter, test, method or function that is built in.</summary>
/// <param name="Name">Its name in templates.</param>
/// <param name="Parameters">Names of what it takes, in order; null: it looks at the arguments itself.</param>
/// <param name="Body">What it does.</param>
internal sealed record Function(string Name, string[]? Parameters, Func<Invocation, Value> Body)
{
    /// <summary>Calls it.</summary>
    /// <param name="context">The rendering.</param>
    /// <param name="input">What stands before the filter, test or method.</param>
    /// <param name="arguments">What stands in its brackets.</param>
    public Value Apply(RenderContext context, Value input, Arguments arguments) =>
        Body(new(context, Name, input, arguments, Parameters is null ? [] : arguments.Bind(context, Name, Parameters)));
}

/// <summary>One call of a <see cref="Function"/>.</summary>
/// <param name="Context">The rendering.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Input">What stands before it.</param>
/// <param name="Arguments">What stands in its brackets.</param>
/// <param name="Bound">The same in the order of the parameters; null where one is absent.</param>
internal readonly record struct Invocation(RenderContext Context, string Name, Value Input, Arguments Arguments, Value?[] Bound)
{
    /// <summary>An argument that has to be there.</summary>
    public Value this[int index] => Bound[index] ?? throw Wrong($"lacks its argument {index + 1}");

    /// <summary>The input, which has to be a text. Others are printed, as Jinja's filters do.</summary>
    public TextValue Text => Input as TextValue ?? new TextValue(Printer.Print(Context, Input));

    /// <summary>The input's items.</summary>
    public IReadOnlyList<Value> Items => Access.Iterate(Context, Input);

    /// <summary>A condition.</summary>
    public bool Flag(int index, bool absent = false) => Bound[index]?.IsTrue ?? absent;

    /// <summary>A text.</summary>
    public TextValue TextAt(int index) => this[index] as TextValue ?? throw Wrong($"takes a text as argument {index + 1}, not {this[index].Kind}");

    /// <summary>A text that may be absent or none.</summary>
    public TextValue? OptionalText(int index) => Bound[index] is null or NoneValue ? null : TextAt(index);

    /// <summary>An integer; <paramref name="absent"/> where it is absent or none.</summary>
    public long Integer(int index, long absent)
    {
        if (Bound[index] is null or NoneValue) return absent;
        return Arithmetic.TryGetInteger(this[index], out var integer) ? integer : throw Wrong($"takes an integer as argument {index + 1}, not {this[index].Kind}");
    }

    /// <summary>An error: this function cannot work on that.</summary>
    public ChatTemplateException Wrong(string why) => Context.WrongValue($"{Name} {why}.");
}
