using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Values as Python prints them (<c>str</c>, and inside lists <c>repr</c>).</summary>
internal static class Printer
{
    /// <summary>What <c>{{ value }}</c> writes. A list or dictionary is content: its text has no parts that could be told apart.</summary>
    /// <exception cref="ChatTemplateException">The value is not made to be printed, such as a function.</exception>
    public static PromptText Print(RenderContext context, Value value) => value switch
    {
        TextValue text => text.Text,
        UndefinedValue => PromptText.Empty,
        ListValue or MapValue => Represent(context, value),
        _ => PromptText.Trusted(Scalar(context, value)),
    };

    private static PromptText Represent(RenderContext context, Value value)
    {
        var output = new TextBuilder(context.Budget);
        Represent(context, value, output);
        return output.ToText();
    }

    private static void Represent(RenderContext context, Value value, TextBuilder output)
    {
        void Write(string text) => output.Append(PromptText.Content(text));

        context.Enter();
        switch (value)
        {
            case TextValue text:
                Write(Quote(text.Chars));
                break;
            case ListValue list:
                Write(list.IsTuple ? "(" : "[");
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (i > 0) Write(", ");
                    Represent(context, list.Items[i], output);
                }
                Write(list is { IsTuple: true, Items.Count: 1 } ? ",)" : list.IsTuple ? ")" : "]");
                break;
            case MapValue map:
                var separator = "{";
                foreach (var (key, item) in map.Entries)
                {
                    Write($"{separator}{Quote(key.Chars)}: ");
                    Represent(context, item, output);
                    separator = ", ";
                }
                Write(map.Count == 0 ? "{}" : "}");
                break;
            case UndefinedValue:
                Write("Undefined");
                break;
            default:
                Write(Scalar(context, value));
                break;
        }
        context.Leave();
    }

    private static string Scalar(RenderContext context, Value value) => value switch
    {
        NoneValue => "None",
        BoolValue => value.IsTrue ? "True" : "False",
        IntValue integer => integer.Number.ToString(CultureInfo.InvariantCulture),
        FloatValue real => FloatText.Of(real.Number),
        _ => throw context.WrongValue($"{value.Kind} cannot be written out."),
    };

    private static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var c in text)
        {
            if (c == quote || c == '\\') result.Append('\\').Append(c);
            else if (c == '\n') result.Append("\\n");
            else if (c == '\r') result.Append("\\r");
            else if (c == '\t') result.Append("\\t");
            else if (char.IsControl(c)) result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else result.Append(c);
        }
        return result.Append(quote).ToString();
    }
}
