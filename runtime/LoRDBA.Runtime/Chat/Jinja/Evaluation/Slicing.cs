using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary><c>target[start:stop:step]</c> as in Python: bounds beyond the ends are the ends, and a negative step walks backwards.</summary>
internal static class Slicing
{
    /// <summary>A part of a list or text; absent bounds are null.</summary>
    public static Value Slice(RenderContext context, Value target, Value? start, Value? stop, Value? step)
    {
        var count = target switch
        {
            ListValue list => list.Items.Count,
            TextValue text => text.Length,
            _ => throw context.WrongValue($"{target.Kind} cannot be sliced."),
        };
        // Steps beyond either end are all alike.
        var by = (int)Math.Clamp(Number(context, step) ?? 1, -count - 1, count + 1);
        if (by == 0) throw context.WrongValue("the step of a slice is 0.");
        var (first, end) = by > 0 ? (0, count) : (-1, count - 1);
        var from = Clamp(Number(context, start), by > 0 ? 0 : count - 1);
        var to = Clamp(Number(context, stop), by > 0 ? count : -1);
        var places = Places(from, to, by);
        context.Budget.Spend(places.Count);
        if (target is ListValue items) return new ListValue([.. places.Select(place => items.Items[place])], items.IsTuple);
        var whole = (TextValue)target;
        if (by == 1) return whole.Elements(from, places.Count);
        var reordered = new TextBuilder(context.Budget);
        foreach (var place in places) reordered.Append(whole.Elements(place, 1).Text);
        return reordered.ToValue();

        int Clamp(long? bound, int absent) => bound is { } given ? (int)Math.Clamp(given < 0 ? given + count : given, first, end) : absent;
    }

    private static List<int> Places(int from, int to, int by)
    {
        var places = new List<int>();
        for (var place = from; by > 0 ? place < to : place > to; place += by) places.Add(place);
        return places;
    }

    private static long? Number(RenderContext context, Value? bound) => bound switch
    {
        null or NoneValue => null,
        IntValue integer => integer.Number,
        _ => throw context.WrongValue($"the bounds of a slice are integers, not {bound.Kind}."),
    };
}
