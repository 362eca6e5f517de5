using LoRDBA.Runtime.Chat.Jinja.Library;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>Operators that compute: numbers as in Python, and what <c>+</c>, <c>*</c> and <c>~</c> mean for texts and lists.</summary>
internal static class Arithmetic
{
    /// <summary><c>-a</c> or <c>+a</c></summary>
    public static Value Sign(RenderContext context, string name, Value operand) => operand switch
    {
        FloatValue real => new FloatValue(name == "-" ? -real.Number : real.Number),
        _ when TryGetInteger(operand, out var integer) => name == "-" ? Combine(context, "-", new IntValue(0), operand) : new IntValue(integer),
        _ => throw context.WrongValue($"{operand.Kind} has no sign."),
    };

    /// <summary>The value of <paramref name="left"/> operator <paramref name="right"/>.</summary>
    /// <exception cref="ChatTemplateException">The operator has no meaning for them, or the result is too large.</exception>
    public static Value Combine(RenderContext context, string name, Value left, Value right)
    {
        switch (name, left, right)
        {
            case ("~", _, _): return Join(context, Printer.Print(context, left), Printer.Print(context, right));
            case ("+", TextValue a, TextValue b): return Join(context, a.Text, b.Text);
            case ("+", ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                context.Budget.Spend(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items], a.IsTuple);
            case ("*", ListValue list, _) when TryGetInteger(right, out var times):
                // Before anything is made of it.
                context.Budget.Spend((long)Int128.Min((Int128)Math.Max(0, times) * list.Items.Count, long.MaxValue));
                return new ListValue([.. Enumerable.Repeat(list.Items, (int)Math.Max(0, list.Items.Count == 0 ? 0 : times)).SelectMany(items => items)], list.IsTuple);
            case ("%", TextValue format, _): return TextFormat.Apply(context, format, right is ListValue { IsTuple: true } several ? several.Items : [right]);
            case ("*", TextValue text, _) when TryGetInteger(right, out var times): return Repeat(context, text, times);
            case ("*", _, TextValue text) when TryGetInteger(left, out var times): return Repeat(context, text, times);
        }
        try
        {
            if (TryGetInteger(left, out var x) && TryGetInteger(right, out var y)) return CombineIntegers(context, name, x, y);
        }
        catch (OverflowException)
        {
            throw context.WrongValue($"the result of '{name}' has more than 64 bits.");
        }
        if (Comparer.TryGetNumber(left, out var p) && Comparer.TryGetNumber(right, out var q)) return new FloatValue(CombineFloats(context, name, p, q));
        throw context.WrongValue($"'{name}' has no meaning for {left.Kind} and {right.Kind}.");
    }

    private static Value CombineIntegers(RenderContext context, string name, long x, long y)
    {
        if (name is "/" or "//" or "%" && y == 0) throw context.WrongValue("division by 0.");
        return name switch
        {
            "+" => new IntValue(checked(x + y)),
            "-" => new IntValue(checked(x - y)),
            "*" => new IntValue(checked(x * y)),
            "/" => new FloatValue((double)x / y),
            // Rounded down, where C# rounds towards 0; the remainder has the divisor's sign.
            "//" => new IntValue(checked(x / y) - (y != -1 && x % y != 0 && x < 0 != y < 0 ? 1 : 0)),
            "%" => new IntValue(y == -1 ? 0 : (x % y + y) % y),
            _ => y < 0 ? new FloatValue(Math.Pow(x, y)) : new IntValue(Power(context, x, y)),
        };
    }

    private static long Power(RenderContext context, long number, long exponent)
    {
        // Of 0, 1 and -1 only the exponent's parity counts; of all others no more than 63 factors fit.
        if (number is 0 or 1 or -1 && exponent > 1) exponent = 2 - exponent % 2;
        var result = 1L;
        for (; exponent > 0; exponent--)
        {
            context.Step();
            result = checked(result * number);
        }
        return result;
    }

    private static double CombineFloats(RenderContext context, string name, double x, double y)
    {
        if (name is "/" or "//" or "%" && y == 0) throw context.WrongValue("division by 0.");
        return name switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            "%" => x - y * Math.Floor(x / y),
            _ => Math.Pow(x, y),
        };
    }

    /// <summary>The integer that a value is, a Boolean being 0 or 1.</summary>
    public static bool TryGetInteger(Value value, out long integer)
    {
        integer = value is IntValue known ? known.Number : value.IsTrue ? 1 : 0;
        return value is IntValue or BoolValue;
    }

    private static TextValue Join(RenderContext context, Tokenization.PromptText left, Tokenization.PromptText right) =>
        new TextBuilder(context.Budget).Append(left).Append(right).ToValue();

    private static TextValue Repeat(RenderContext context, TextValue text, long times)
    {
        var result = new TextBuilder(context.Budget);
        for (; times > 0 && text.IsTrue; times--)
        {
            context.Step();
            result.Append(text.Text);
        }
        return result.ToValue();
    }
}
