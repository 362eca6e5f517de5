using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>What filters do with lists and whatever else can be walked over.</summary>
internal static class SequenceFunctions
{
    /// <summary>How many items.</summary>
    public static Value Length(Invocation call) => call.Input switch
    {
        TextValue text => new IntValue(text.Length),
        ListValue list => new IntValue(list.Items.Count),
        MapValue map => new IntValue(map.Count),
        UndefinedValue => new IntValue(0),
        _ => throw call.Wrong($"works on texts, lists and dictionaries, not on {call.Input.Kind}"),
    };

    /// <summary>The first item, or what is not defined.</summary>
    public static Value First(Invocation call) => call.Items is [var first, ..] ? first : new UndefinedValue("the first item of nothing");

    /// <summary>The last item, or what is not defined.</summary>
    public static Value Last(Invocation call) => call.Items is [.., var last] ? last : new UndefinedValue("the last item of nothing");

    /// <summary>The printed items, or an attribute of each, with a text between.</summary>
    public static Value Join(Invocation call)
    {
        var separator = call.Bound[0] is { } given ? Printer.Print(call.Context, given) : PromptText.Empty;
        var items = call.Bound[1] is { } path ? new ListValue([.. call.Items.Select(item => Access.Path(call.Context, item, path))]) : call.Input;
        return Join(call.Context, separator, items);
    }

    /// <summary>As <see cref="Join(Invocation)"/>.</summary>
    public static Value Join(RenderContext context, PromptText separator, Value items)
    {
        var result = new TextBuilder(context.Budget);
        var isFirst = true;
        foreach (var item in Access.Iterate(context, items))
        {
            if (!isFirst) result.Append(separator);
            isFirst = false;
            result.Append(Printer.Print(context, item));
        }
        return result.ToValue();
    }

    /// <summary>From the last to the first.</summary>
    public static Value Reverse(Invocation call) => call.Input is TextValue
        ? Slicing.Slice(call.Context, call.Input, null, null, new IntValue(-1))
        : new ListValue([.. call.Items.Reverse()]);

    /// <summary>In order; equal items keep theirs.</summary>
    public static Value Sort(Invocation call)
    {
        var (context, isCaseSensitive, path) = (call.Context, call.Flag(1), call.Bound[2]);
        Value Key(Value item) => WithoutCase(path is null ? item : Access.Path(context, item, path), isCaseSensitive);
        return new ListValue(Ordered(context, call.Items, Key, call.Flag(0)));
    }

    /// <summary>The items in the order of their keys; items with equal keys keep their order.</summary>
    public static List<T> Ordered<T>(RenderContext context, IEnumerable<T> items, Func<T, Value> key, bool isReversed)
    {
        var order = Comparer<Value>.Create((a, b) => Values.Comparer.Compare(context, a, b));
        try
        {
            return [.. isReversed ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException refusal)
        {
            // Sorting wraps the exception that a comparison throws.
            throw refusal;
        }
    }

    /// <summary>Each item once.</summary>
    public static Value Unique(Invocation call)
    {
        var (context, found, keys) = (call.Context, new List<Value>(), new List<Value>());
        foreach (var item in call.Items)
        {
            var key = WithoutCase(call.Bound[1] is { } path ? Access.Path(context, item, path) : item, call.Flag(0));
            if (keys.Any(other => Values.Comparer.AreEqual(context, other, key))) continue;
            keys.Add(key);
            found.Add(item);
        }
        return new ListValue(found);
    }

    /// <summary>An attribute of each item, or what a filter makes of it.</summary>
    public static Value Map(Invocation call)
    {
        var (context, arguments) = (call.Context, call.Arguments);
        if (arguments.Positional is [TextValue name, ..])
        {
            if (!Filters.TryFind(name.Chars, out var filter)) throw context.Unsupported($"the filter {name.Chars}");
            return new ListValue([.. call.Items.Select(item => filter.Apply(context, item, arguments.Skip(1)))]);
        }
        var bound = arguments.Bind(context, "map", ["attribute", "default"]);
        var path = bound[0] ?? throw call.Wrong("needs an attribute or a filter");
        return new ListValue([.. call.Items.Select(item => Access.Path(context, item, path) is not UndefinedValue and var value ? value : bound[1] ?? new UndefinedValue("an attribute of an item"))]);
    }

    /// <summary>The items for which a test holds, or does not hold; without a test, those that count as true.</summary>
    /// <param name="call">The call.</param>
    /// <param name="wanted">What the test has to say.</param>
    /// <param name="ofAttribute">Whether an attribute is tested, which the first argument names.</param>
    public static Value Select(Invocation call, bool wanted, bool ofAttribute)
    {
        var (context, arguments) = (call.Context, call.Arguments);
        Value? path = null;
        if (ofAttribute)
        {
            path = arguments.Positional is [var first, ..] ? first : throw call.Wrong("needs an attribute");
            arguments = arguments.Skip(1);
        }
        Function? test = null;
        if (arguments.Positional is [TextValue name, ..])
        {
            if (!Tests.TryFind(name.Chars, out test)) throw context.Unsupported($"the test {name.Chars}");
            arguments = arguments.Skip(1);
        }
        return new ListValue([.. call.Items.Where(item =>
        {
            var value = path is null ? item : Access.Path(context, item, path);
            return (test is null ? value : test.Apply(context, value, arguments)).IsTrue == wanted;
        })]);
    }

    /// <summary>What a value is compared as.</summary>
    public static Value WithoutCase(Value value, bool isCaseSensitive) =>
        value is TextValue text && !isCaseSensitive ? TextValue.Trusted(text.Chars.ToLowerInvariant()) : value;

    /// <summary>The sum of the items, or of an attribute of each.</summary>
    public static Value Sum(Invocation call)
    {
        var context = call.Context;
        return call.Items.Aggregate(call.Bound[1] ?? new IntValue(0), (sum, item) => Arithmetic.Combine(context, "+", sum, call.Bound[0] is { } path ? Access.Path(context, item, path) : item));
    }

    /// <summary>The smallest or the largest item, the first of equals; of nothing what is not defined.</summary>
    public static Value Extreme(Invocation call, bool largest)
    {
        var (context, isCaseSensitive, path) = (call.Context, call.Flag(0), call.Bound[1]);
        Value Key(Value item) => WithoutCase(path is null ? item : Access.Path(context, item, path), isCaseSensitive);
        Value? best = null;
        foreach (var item in call.Items)
            if (best is null || Values.Comparer.Compare(context, Key(item), Key(best)) is var order && (largest ? order > 0 : order < 0)) best = item;
        return best ?? new UndefinedValue($"the {call.Name} of nothing");
    }

    /// <summary>Lists of so many items; the last one is filled up if there is something to fill it with.</summary>
    public static Value Batch(Invocation call)
    {
        var (items, size) = (call.Items, PositiveAt(call, 0));
        var batches = items.Chunk((int)Math.Min(size, int.MaxValue)).ToList();
        if (batches.Count > 0 && call.Bound[1] is { } filler) batches[^1] = [.. batches[^1], .. Fill(call, filler, size - batches[^1].Length)];
        return new ListValue([.. batches.Select(batch => new ListValue(batch))]);
    }

    /// <summary>
    /// So many lists of nearly the same length, the longer ones first; the shorter are filled up if there is something for it.
    /// </summary>
    public static Value IntoSlices(Invocation call)
    {
        var (items, count) = (call.Items, PositiveAt(call, 0));
        call.Context.Budget.Spend(count);
        var (least, longer) = (items.Count / count, items.Count % count);
        var slices = new List<Value>();
        for (long i = 0, start = 0; i < count; i++)
        {
            var length = least + (i < longer ? 1 : 0);
            var slice = items.Skip((int)start).Take((int)length);
            slices.Add(new ListValue(call.Bound[1] is { } filler && longer > 0 && i >= longer ? [.. slice, filler] : [.. slice]));
            start += length;
        }
        return new ListValue(slices);
    }

    /// <summary>Pairs of a value of the attribute and the items that have it, in the order of the values.</summary>
    public static Value GroupBy(Invocation call)
    {
        var (context, path, isCaseSensitive) = (call.Context, call[0], call.Flag(2));
        Value Grouper(Value item) => Access.Path(context, item, path) is not UndefinedValue and var found ? found : call.Bound[1] ?? new UndefinedValue("an attribute of an item");
        var groups = new List<(Value Key, List<Value> Items)>();
        foreach (var item in Ordered(context, call.Items, item => WithoutCase(Grouper(item), isCaseSensitive), isReversed: false))
        {
            var isNew = groups.Count == 0 || !Values.Comparer.AreEqual(context, WithoutCase(groups[^1].Key, isCaseSensitive), WithoutCase(Grouper(item), isCaseSensitive));
            if (isNew) groups.Add((Grouper(item), []));
            groups[^1].Items.Add(item);
        }
        return new ListValue([.. groups.Select(group => new ListValue([group.Key, new ListValue(group.Items)], isTuple: true))]);
    }

    private static long PositiveAt(Invocation call, int index) => call.Integer(index, 0) is > 0 and var number ? number : throw call.Wrong("takes a number above 0");

    private static IEnumerable<Value> Fill(Invocation call, Value filler, long count)
    {
        call.Context.Budget.Spend(count);
        return Enumerable.Repeat(filler, (int)count);
    }
}
