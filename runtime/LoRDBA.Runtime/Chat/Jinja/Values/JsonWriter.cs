using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>
/// Writes values as Python's <c>json.dumps</c> does, which is what <c>tojson</c> means in Hugging Face's templates: no HTML escaping,
/// characters beyond ASCII as they are unless told otherwise, a space behind commas and colons. All of it is content.
/// </summary>
internal sealed class JsonWriter(RenderContext context)
{
    private readonly TextBuilder output = new(context.Budget);

    /// <summary>Spaces that each level is indented by; null: everything on one line.</summary>
    public string? Indent { get; init; }

    /// <summary>What stands between items.</summary>
    public required string ItemSeparator { get; init; }

    /// <summary>What stands behind a key.</summary>
    public required string KeySeparator { get; init; }

    /// <summary>Whether characters beyond ASCII are escaped.</summary>
    public bool AsciiOnly { get; init; }

    /// <summary>Whether keys are put in order.</summary>
    public bool SortsKeys { get; init; }

    /// <summary>The JSON of a value.</summary>
    /// <exception cref="ChatTemplateException">It is not made of what JSON has.</exception>
    public TextValue Write(Value value)
    {
        Write(value, 0);
        return output.ToValue();
    }

    private void Write(Value value, int level)
    {
        context.Enter();
        switch (value)
        {
            case NoneValue: Append("null"); break;
            case BoolValue: Append(value.IsTrue ? "true" : "false"); break;
            case IntValue integer: Append(integer.Number.ToString(CultureInfo.InvariantCulture)); break;
            case FloatValue real: Append(Number(real.Number)); break;
            case TextValue text: Append(Quote(text.Chars)); break;
            case ListValue list:
                WriteItems('[', ']', list.Items, level, item => Write(item, level + 1));
                break;
            case MapValue map:
                var entries = SortsKeys ? map.Entries.OrderBy(entry => entry.Key.Chars, StringComparer.Ordinal).ToArray() : [.. map.Entries];
                WriteItems('{', '}', entries, level, entry =>
                {
                    Append(Quote(entry.Key.Chars) + KeySeparator);
                    Write(entry.Value, level + 1);
                });
                break;
            default: throw context.WrongValue($"{value.Kind} cannot be written as JSON.");
        }
        context.Leave();
    }

    private void WriteItems<T>(char open, char close, IReadOnlyList<T> items, int level, Action<T> write)
    {
        Append(open.ToString());
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Append(ItemSeparator);
            StartLine(level + 1);
            write(items[i]);
        }
        if (items.Count > 0) StartLine(level);
        Append(close.ToString());
    }

    private void StartLine(int level)
    {
        if (Indent is null) return;
        Append("\n");
        for (var i = 0; i < level; i++) Append(Indent);
    }

    private void Append(string text) => output.Append(PromptText.Content(text));

    private static string Number(double number) => double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : FloatText.Of(number);

    private string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            var escape = c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", '\b' => "\\b", '\f' => "\\f", _ => null };
            if (escape is not null) result.Append(escape);
            else if (c < ' ' || AsciiOnly && c > '~') result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else result.Append(c);
        }
        return result.Append('"').ToString();
    }
}
