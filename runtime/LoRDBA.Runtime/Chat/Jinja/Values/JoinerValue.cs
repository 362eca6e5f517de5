using LoRDBA.Runtime.Chat.Jinja.Evaluation;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>What <c>joiner()</c> makes: called, it is nothing at first and the separator from then on.</summary>
internal sealed class JoinerValue(Value separator) : CallableValue
{
    private bool isUsed;

    /// <inheritdoc/>
    public override Value Invoke(RenderContext context, Arguments arguments)
    {
        arguments.Bind(context, "joiner", []);
        var result = isUsed ? separator : TextValue.Trusted("");
        isUsed = true;
        return result;
    }
}
