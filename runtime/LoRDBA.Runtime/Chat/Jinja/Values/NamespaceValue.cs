namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>What <c>namespace()</c> makes: variables that can be set from inside loops.</summary>
internal sealed class NamespaceValue : Value
{
    /// <summary>The variables.</summary>
    public Dictionary<string, Value> Variables { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Kind => "a namespace";
}
