using LoRDBA.Runtime.Chat.Jinja.Evaluation;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Equality and order as in Python. Who wrote a text makes no difference.</summary>
internal static class Comparer
{
    /// <summary>Whether two values are equal; of different kinds they are not, but for numbers and Booleans.</summary>
    public static bool AreEqual(RenderContext context, Value left, Value right)
    {
        context.Step();
        switch (left, right)
        {
            case (TextValue a, TextValue b): return a.Chars == b.Chars;
            case (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue): return true;
            case (IntValue a, IntValue b): return a.Number == b.Number;
            case (ListValue a, ListValue b): return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && ItemsAreEqual(context, a, b);
            case (MapValue a, MapValue b): return a.Count == b.Count && EntriesAreEqual(context, a, b);
            default: return TryGetNumber(left, out var x) && TryGetNumber(right, out var y) ? x == y : ReferenceEquals(left, right);
        }
    }

    /// <summary>Below 0 if the left value comes first, above 0 if the right one does.</summary>
    /// <exception cref="ChatTemplateException">They have no order.</exception>
    public static int Compare(RenderContext context, Value left, Value right)
    {
        context.Step();
        switch (left, right)
        {
            case (TextValue a, TextValue b): return CompareTexts(a, b);
            case (IntValue a, IntValue b): return a.Number.CompareTo(b.Number);
            case (ListValue a, ListValue b): return CompareItems(context, a, b);
            default:
                if (TryGetNumber(left, out var x) && TryGetNumber(right, out var y)) return x.CompareTo(y);
                throw context.WrongValue($"{left.Kind} and {right.Kind} have no order.");
        }
    }

    /// <summary>The number that a value is, a Boolean being 0 or 1.</summary>
    public static bool TryGetNumber(Value value, out double number)
    {
        number = value switch
        {
            IntValue integer => integer.Number,
            FloatValue real => real.Number,
            BoolValue => value.IsTrue ? 1 : 0,
            _ => double.NaN,
        };
        return value is IntValue or FloatValue or BoolValue;
    }

    private static bool ItemsAreEqual(RenderContext context, ListValue a, ListValue b)
    {
        context.Enter();
        for (var i = 0; i < a.Items.Count; i++)
            if (!AreEqual(context, a.Items[i], b.Items[i])) return Leave(context, false);
        return Leave(context, true);
    }

    private static bool EntriesAreEqual(RenderContext context, MapValue a, MapValue b)
    {
        context.Enter();
        foreach (var (key, value) in a.Entries)
            if (!b.TryGet(key.Chars, out var other) || !AreEqual(context, value, other)) return Leave(context, false);
        return Leave(context, true);
    }

    private static T Leave<T>(RenderContext context, T result)
    {
        context.Leave();
        return result;
    }

    private static int CompareItems(RenderContext context, ListValue a, ListValue b)
    {
        context.Enter();
        for (var i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
            if (!AreEqual(context, a.Items[i], b.Items[i])) return Leave(context, Compare(context, a.Items[i], b.Items[i]));
        return Leave(context, a.Items.Count.CompareTo(b.Items.Count));
    }

    /// <summary>By code points: surrogates come behind all other units, although their numbers do not.</summary>
    private static int CompareTexts(TextValue a, TextValue b)
    {
        var common = a.Chars.AsSpan().CommonPrefixLength(b.Chars);
        if (common == a.Chars.Length || common == b.Chars.Length) return a.Chars.Length.CompareTo(b.Chars.Length);
        var (x, y) = (a.Chars[common], b.Chars[common]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }
}
