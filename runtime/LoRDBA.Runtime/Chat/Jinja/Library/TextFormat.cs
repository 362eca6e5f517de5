using System.Globalization;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>
/// <c>'%s is %5.1f' % (a, b)</c> and <c>'%s' | format(a)</c>: the conversions s, d, i, f and %, with width and precision, and the flags -
/// and 0.
/// </summary>
internal static class TextFormat
{
    private const int MaxWidth = 1000;

    /// <summary>Puts values into a format. Each character keeps who wrote it.</summary>
    /// <exception cref="ChatTemplateException">There are more or fewer values than places, or one does not fit, or a conversion is not
    /// supported.</exception>
    public static TextValue Apply(RenderContext context, TextValue format, IReadOnlyList<Value> values)
    {
        var (text, result, used) = (format.Chars, new TextBuilder(context.Budget), 0);
        for (var at = 0; at < text.Length;)
        {
            context.Step();
            var next = text.IndexOf('%', at) is >= 0 and var found ? found : text.Length;
            result.Append(format.Text, at, next - at);
            at = next + 1;
            if (next == text.Length) break;
            var (fromLeft, withZeros, width, precision) = ReadPlace(context, text, ref at);
            var conversion = at < text.Length ? text[at++] : throw context.WrongValue("the format ends inside of a %.");
            if (conversion == '%')
            {
                result.Append("%");
                continue;
            }
            if (used == values.Count) throw context.WrongValue($"the format has more places than the {values.Count} values.");
            var part = Convert(context, conversion, precision, values[used++]);
            var padding = PromptText.Trusted(new string(withZeros && !fromLeft ? '0' : ' ', Math.Max(0, width - part.Text.Length)));
            result.Append(fromLeft ? part : padding).Append(fromLeft ? padding : part);
        }
        return used == values.Count ? result.ToValue() : throw context.WrongValue($"the format has {used} places for {values.Count} values.");
    }

    private static (bool FromLeft, bool WithZeros, int Width, int? Precision) ReadPlace(RenderContext context, string text, ref int at)
    {
        bool fromLeft = false, withZeros = false;
        for (; at < text.Length && text[at] is '-' or '0'; at++)
        {
            fromLeft |= text[at] == '-';
            withZeros |= text[at] == '0';
        }
        var width = ReadNumber(context, text, ref at) ?? 0;
        if (at == text.Length || text[at] != '.') return (fromLeft, withZeros, width, null);
        at++;
        return (fromLeft, withZeros, width, ReadNumber(context, text, ref at) ?? 0);
    }

    private static int? ReadNumber(RenderContext context, string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == start) return null;
        return int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number) && number <= MaxWidth
            ? number
            : throw context.WrongValue($"a width in the format is above {MaxWidth}.");
    }

    private static PromptText Convert(RenderContext context, char conversion, int? precision, Value value)
    {
        switch (conversion)
        {
            case 's':
                var text = Printer.Print(context, value);
                return precision is { } most && most < text.Text.Length ? text.Slice(0, most) : text;
            case 'd' or 'i' when Comparer.TryGetNumber(value, out var number) && Math.Abs(number) < 9e18:
                return PromptText.Trusted((value is IntValue integer ? integer.Number : (long)number).ToString(CultureInfo.InvariantCulture));
            case 'f' when Comparer.TryGetNumber(value, out var number):
                return PromptText.Trusted(number.ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture));
            case 'd' or 'i' or 'f': throw context.WrongValue($"%{conversion} takes a number, not {value.Kind}.");
            default: throw context.Unsupported($"%{conversion} in a format");
        }
    }
}
