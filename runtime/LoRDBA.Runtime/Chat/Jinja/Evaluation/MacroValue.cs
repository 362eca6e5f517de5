using LoRDBA.Runtime.Chat.Jinja.Syntax;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>A macro of the template: called, it is the text that its body writes.</summary>
internal sealed class MacroValue(Macro macro, Scope scope) : CallableValue
{
    /// <summary>The argument that the body of a <c>{% call %}</c> is.</summary>
    public const string CallerName = "caller";

    private readonly string[] parameters = [.. macro.Parameters.Select(parameter => parameter.Name)];

    /// <inheritdoc/>
    public override Value Invoke(RenderContext context, Arguments arguments)
    {
        var inner = new Scope(scope);
        var given = TakeRest(arguments, inner).Bind(context, macro.Name, parameters);
        var output = new TextBuilder(context.Budget);
        var renderer = new Renderer(context, output);
        for (var i = 0; i < parameters.Length; i++)
            inner.Set(parameters[i], given[i] ?? renderer.Evaluate(macro.Parameters[i].Default, inner) ?? new UndefinedValue($"'{parameters[i]}'"));
        renderer.Render(macro.Body, inner);
        return output.ToValue();
    }

    /// <summary>
    /// Gives the body <c>varargs</c>, <c>kwargs</c> and <c>caller</c>, and returns the arguments that its parameters take.
    /// </summary>
    private Arguments TakeRest(Arguments arguments, Scope inner)
    {
        var (positional, named) = arguments;
        if (macro.TakesRest)
        {
            inner.Set("varargs", new ListValue(positional.Length > parameters.Length ? positional[parameters.Length..] : [], isTuple: true));
            positional = positional[..Math.Min(positional.Length, parameters.Length)];
        }
        if (Array.FindIndex(named, argument => argument.Name == CallerName) is >= 0 and var at && !parameters.Contains(CallerName))
        {
            inner.Set(CallerName, named[at].Value);
            named = [.. named[..at], .. named[(at + 1)..]];
        }
        if (macro.TakesNamedRest)
        {
            inner.Set("kwargs", new MapValue(named.Where(argument => !parameters.Contains(argument.Name)).Select(argument => (TextValue.Trusted(argument.Name), argument.Value))));
            named = [.. named.Where(argument => parameters.Contains(argument.Name))];
        }
        return new(positional, named);
    }
}
