using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Library;
using LoRDBA.Runtime.Chat.Jinja.Syntax;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja;

/// <summary>
/// A template in the part of Jinja that chat templates are written in, with the settings of Hugging Face's <c>apply_chat_template</c>
/// (<c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls, no HTML escaping). Templates come with models, so they are strangers' programs: they
/// reach nothing but their variables, and <see cref="Budget"/> ends them.
/// <code>
/// text -> Lexer -> tokens -> StatementParser, ExpressionParser -> statements -> Renderer, Evaluator -> PromptText
///                                                                 Library: filters, tests, methods, functions
/// </code>
/// Immutable.
/// </summary>
internal sealed class JinjaTemplate
{
    /// <summary>Characters that a template may have.</summary>
    public const int MaxLength = 1 << 20;

    private readonly TemplateSource source;
    private readonly Statement[] statements;

    private JinjaTemplate(TemplateSource source)
    {
        this.source = source;
        statements = StatementParser.Parse(source);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="name">What errors call its file.</param>
    /// <param name="text">The template.</param>
    /// <exception cref="ChatTemplateException">It is not well-formed, or uses what is not supported.</exception>
    public static JinjaTemplate Parse(string name, string text) => text.Length <= MaxLength
        ? new(new(name, text))
        : throw new ChatTemplateException(ChatTemplateError.Budget, $"{name}: the chat template has more than {MaxLength} characters.");

    /// <summary>Runs it.</summary>
    /// <param name="variables">What it can read.</param>
    /// <param name="clock">What <c>strftime_now</c> tells; without one the template does not have that function.</param>
    /// <param name="budgetClock">What measures the time that it may take; null: the system's.</param>
    /// <exception cref="ChatTemplateException">It meets a value that it cannot work on, uses up its budget, or refuses.</exception>
    public PromptText Render(IEnumerable<KeyValuePair<string, Value>> variables, TimeProvider? clock = null, TimeProvider? budgetClock = null)
    {
        var context = new RenderContext(source, budgetClock ?? TimeProvider.System);
        var scope = new Scope(null);
        foreach (var (name, function) in Functions.All(clock)) scope.Set(name, function);
        foreach (var (name, value) in variables) scope.Set(name, value);
        var output = new TextBuilder(context.Budget);
        new Renderer(context, output).Render(statements, scope);
        return output.ToText();
    }
}
