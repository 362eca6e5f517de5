using LoRDBA.Runtime.Chat.Jinja.Syntax;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>A macro of the template: called, it is the text that its body writes.</summary>
internal sealed class MacroValue(Macro macro, Scope scope) : CallableValue
{
    private readonly string[] parameters = [.. macro.Parameters.Select(parameter => parameter.Name)];

    /// <inheritdoc/>
    public override Value Invoke(RenderContext context, Arguments arguments)
    {
        var given = arguments.Bind(context, macro.Name, parameters);
        var inner = new Scope(scope);
        var output = new TextBuilder(context.Budget);
        var renderer = new Renderer(context, output);
        for (var i = 0; i < parameters.Length; i++)
            inner.Set(parameters[i], given[i] ?? renderer.Evaluate(macro.Parameters[i].Default, inner) ?? new UndefinedValue($"'{parameters[i]}'"));
        renderer.Render(macro.Body, inner);
        return output.ToValue();
    }
}
