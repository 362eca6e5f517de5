using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>A method of a value, or with <see cref="UndefinedValue"/> a function by itself.</summary>
internal sealed class MethodValue(Value target, Function method) : CallableValue
{
    /// <inheritdoc/>
    public override Value Invoke(RenderContext context, Arguments arguments) => method.Apply(context, target, arguments);
}
