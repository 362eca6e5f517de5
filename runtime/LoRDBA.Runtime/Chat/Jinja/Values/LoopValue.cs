namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary><c>loop</c>: where a loop is.</summary>
internal sealed class LoopValue(IReadOnlyList<Value> items, int index) : Value
{
    /// <inheritdoc/>
    public override string Kind => "loop";

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
        "previtem" => index > 0 ? items[index - 1] : new UndefinedValue("loop.previtem"),
        "nextitem" => index < items.Count - 1 ? items[index + 1] : new UndefinedValue("loop.nextitem"),
        _ => null,
    };
}
