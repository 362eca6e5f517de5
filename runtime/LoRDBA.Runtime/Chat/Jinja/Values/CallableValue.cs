using LoRDBA.Runtime.Chat.Jinja.Evaluation;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Something that can be called.</summary>
internal abstract class CallableValue : Value
{
    /// <inheritdoc/>
    public override string Kind => "a function";

    /// <summary>Calls it.</summary>
    public abstract Value Invoke(RenderContext context, Arguments arguments);
}
