using System.Globalization;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>Filters that make one kind of value of another.</summary>
internal static class Conversions
{
    /// <summary><c>value | default(other, boolean)</c></summary>
    public static Value Default(Invocation call)
    {
        var isMissing = call.Input is UndefinedValue || call.Flag(1) && !call.Input.IsTrue;
        return isMissing ? call.Bound[0] ?? TextValue.Trusted("") : call.Input;
    }

    /// <summary><c>value | int(default)</c>: a fraction is cut off.</summary>
    public static Value ToInteger(Invocation call)
    {
        if (Arithmetic.TryGetInteger(call.Input, out var integer)) return new IntValue(integer);
        var text = (call.Input as TextValue)?.Chars.Trim();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer)) return new IntValue(integer);
        var real = call.Input is FloatValue number ? number.Number : TryParse(text, out var parsed) ? parsed : double.NaN;
        return Math.Abs(real) < 9e18 ? new IntValue((long)real) : call.Bound[0] ?? new IntValue(0);
    }

    /// <summary><c>value | float(default)</c></summary>
    public static Value ToFloat(Invocation call)
    {
        if (Comparer.TryGetNumber(call.Input, out var number)) return new FloatValue(number);
        return TryParse((call.Input as TextValue)?.Chars, out number) ? new FloatValue(number) : call.Bound[0] ?? new FloatValue(0);
    }

    /// <summary><c>number | abs</c></summary>
    public static Value Absolute(Invocation call) => call.Input switch
    {
        FloatValue real => new FloatValue(Math.Abs(real.Number)),
        _ when Arithmetic.TryGetInteger(call.Input, out var integer) => integer < 0 ? Arithmetic.Sign(call.Context, "-", call.Input) : new IntValue(integer),
        _ => throw call.Wrong($"takes a number, not {call.Input.Kind}"),
    };

    /// <summary><c>number | round(precision, method)</c>: to the even one of two that are equally near. An integer stays one.</summary>
    public static Value Round(Invocation call)
    {
        if (!Comparer.TryGetNumber(call.Input, out var number)) throw call.Wrong($"takes a number, not {call.Input.Kind}");
        var method = call.OptionalText(1)?.Chars ?? "common";
        if (method == "common" && Arithmetic.TryGetInteger(call.Input, out var integer)) return new IntValue(integer);
        var precision = (int)Math.Clamp(call.Integer(0, 0), 0, 15);
        var factor = Math.Pow(10, precision);
        return new FloatValue(method switch
        {
            "common" => Math.Round(number, precision),
            "ceil" => Math.Ceiling(number * factor) / factor,
            "floor" => Math.Floor(number * factor) / factor,
            _ => throw call.Wrong("rounds by 'common', 'ceil' or 'floor'"),
        });
    }

    /// <summary><c>value | tojson(ensure_ascii, indent, separators, sort_keys)</c>, with the parameters that Hugging Face gives it.</summary>
    public static Value ToJson(Invocation call)
    {
        var indent = call.Bound[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Chars,
            _ => new string(' ', (int)Math.Clamp(call.Integer(1, 0), 0, 100)),
        };
        var separators = call.Bound[2] is ListValue { Items: [TextValue item, TextValue key] } ? (item.Chars, key.Chars) : (indent is null ? ", " : ",", ": ");
        return new JsonWriter(call.Context)
        {
            Indent = indent,
            ItemSeparator = separators.Item1,
            KeySeparator = separators.Item2,
            AsciiOnly = call.Flag(0),
            SortsKeys = call.Flag(3),
        }.Write(call.Input);
    }

    private static bool TryParse(string? text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
