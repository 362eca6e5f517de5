namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>A list, or a tuple, which differs only in how it is printed.</summary>
internal sealed class ListValue(IReadOnlyList<Value> items, bool isTuple = false) : Value
{
    /// <summary>What is in it.</summary>
    public IReadOnlyList<Value> Items { get; } = items;

    /// <summary>Whether it is a tuple.</summary>
    public bool IsTuple { get; } = isTuple;

    /// <inheritdoc/>
    public override string Kind => IsTuple ? "a tuple" : "a list";

    /// <inheritdoc/>
    public override bool IsTrue => Items.Count > 0;
}
