namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>What <c>cycler()</c> makes: <c>next()</c> goes through its items round and round.</summary>
internal sealed class CyclerValue(Value[] items) : Value
{
    private int index;

    /// <inheritdoc/>
    public override string Kind => "a cycler";

    /// <summary>The item that comes next.</summary>
    public Value Current => items[index];

    /// <summary>Goes on to the next item, and returns the one before.</summary>
    public Value Next()
    {
        var current = Current;
        index = (index + 1) % items.Length;
        return current;
    }

    /// <summary>Begins anew.</summary>
    public Value Reset()
    {
        index = 0;
        return NoneValue.Instance;
    }
}
