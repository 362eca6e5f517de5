using LoRDBA.Runtime.Chat.Jinja.Evaluation;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>What the rounds of one loop share.</summary>
/// <param name="Items">What it walks over.</param>
/// <param name="Depth">How many loops of its own it lies in.</param>
/// <param name="Recurse">Runs the loop on other items and returns what it writes; null if the loop is not recursive.</param>
internal sealed record LoopState(IReadOnlyList<Value> Items, int Depth, Func<Value, Value>? Recurse)
{
    /// <summary>What <c>loop.changed</c> was asked last.</summary>
    public Value? Last { get; set; }
}

/// <summary><c>loop</c>: where a loop is. Called, it runs a recursive loop on other items.</summary>
internal sealed class LoopValue(LoopState state, int index) : CallableValue
{
    private readonly IReadOnlyList<Value> items = state.Items;

    /// <inheritdoc/>
    public override string Kind => "loop";

    /// <summary>From 0.</summary>
    public int Index => index;

    /// <summary>What all rounds share.</summary>
    public LoopState State => state;

    /// <inheritdoc/>
    public override Value Invoke(RenderContext context, Arguments arguments)
    {
        var bound = arguments.Bind(context, "loop", ["items"]);
        if (state.Recurse is null) throw context.WrongValue("loop(...) needs a loop that is marked recursive.");
        return state.Recurse(bound[0] ?? throw context.WrongValue("loop(...) needs the items to walk over."));
    }

    /// <summary>One of its attributes; null if there is none of that name.</summary>
    public Value? Find(string name) => name switch
    {
        "index" => new IntValue(index + 1),
        "index0" => new IntValue(index),
        "revindex" => new IntValue(items.Count - index),
        "revindex0" => new IntValue(items.Count - index - 1),
        "first" => BoolValue.Of(index == 0),
        "last" => BoolValue.Of(index == items.Count - 1),
        "length" => new IntValue(items.Count),
        "depth" => new IntValue(state.Depth + 1),
        "depth0" => new IntValue(state.Depth),
        "previtem" => index > 0 ? items[index - 1] : new UndefinedValue("loop.previtem"),
        "nextitem" => index < items.Count - 1 ? items[index + 1] : new UndefinedValue("loop.nextitem"),
        _ => null,
    };
}
