using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>What filters and methods do with dictionaries.</summary>
internal static class MapFunctions
{
    /// <summary>Pairs of key and value; of what is not defined none.</summary>
    public static Value Items(Invocation call) => call.Input is UndefinedValue
        ? new ListValue([])
        : new ListValue([.. Entries(call).Select(Pair)]);

    /// <summary>The same in the order of the keys, or of the values.</summary>
    public static Value Sorted(Invocation call)
    {
        var by = call.OptionalText(1)?.Chars ?? "key";
        if (by is not ("key" or "value")) throw call.Wrong("sorts by 'key' or 'value'");
        var isCaseSensitive = call.Flag(0);
        Value Key((TextValue Key, Value Value) entry) => SequenceFunctions.WithoutCase(by == "key" ? entry.Key : entry.Value, isCaseSensitive);

        return new ListValue([.. SequenceFunctions.Ordered(call.Context, Entries(call), Key, call.Flag(2)).Select(Pair)]);
    }

    /// <summary>The value of a key, or another.</summary>
    public static Value Get(Invocation call)
    {
        var isThere = ((MapValue)call.Input).TryGet((call[0] as TextValue)?.Chars ?? "", out var value) && call[0] is TextValue;
        return isThere ? value! : call.Bound[1] ?? NoneValue.Instance;
    }

    /// <summary>Keys and values.</summary>
    public static IEnumerable<(TextValue Key, Value Value)> Entries(Invocation call)
    {
        if (call.Input is not MapValue map) throw call.Wrong($"works on dictionaries, not on {call.Input.Kind}");
        call.Context.Budget.Spend(map.Count);
        return map.Entries;
    }

    private static ListValue Pair((TextValue Key, Value Value) entry) => new([entry.Key, entry.Value], isTuple: true);
}
