using LoRDBA.Runtime.Chat.Jinja.Library;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>
/// Reaches from a value to its attributes, items and elements. Nothing else can be reached, so there is no way out of the sandbox.
/// </summary>
internal static class Access
{
    /// <summary><c>target.name</c>: a method, or what a dictionary has under that key.</summary>
    public static Value Attribute(RenderContext context, Value target, string name)
    {
        if (name.StartsWith('_')) throw context.Unsupported($"the attribute {name}");
        if (Methods.TryFind(target, name, out var method)) return new MethodValue(target, method);
        return target switch
        {
            MapValue map when map.TryGet(name, out var value) => value,
            NamespaceValue variables when variables.Variables.TryGetValue(name, out var value) => value,
            CyclerValue cycler when name == "current" => cycler.Current,
            LoopValue loop => loop.Find(name) ?? throw context.Unsupported($"loop.{name}"),
            UndefinedValue => throw context.WrongValue($"{target.Kind}, has no attribute {name}."),
            _ => new UndefinedValue($"'{name}' of {target.Kind}"),
        };
    }

    /// <summary><c>target[key]</c></summary>
    public static Value Item(RenderContext context, Value target, Value key)
    {
        switch (target, key)
        {
            case (MapValue map, TextValue name): return map.TryGet(name.Chars, out var value) ? value : Undefined();
            case (NamespaceValue or LoopValue or CyclerValue, TextValue name): return Attribute(context, target, name.Chars);
            case (ListValue list, IntValue index):
                return TryLocate(index.Number, list.Items.Count, out var at) ? list.Items[at] : Undefined();
            case (TextValue text, IntValue index):
                return TryLocate(index.Number, text.Length, out at) ? text.Elements(at, 1) : Undefined();
            case (UndefinedValue, _): throw context.WrongValue($"{target.Kind}, has no items.");
            default: return Undefined();
        }

        UndefinedValue Undefined() => new(key is TextValue name ? $"'{name.Chars}' of {target.Kind}" : $"an item of {target.Kind}");
    }

    /// <summary>What a path such as <c>function.name</c> leads to.</summary>
    public static Value Path(RenderContext context, Value target, Value path)
    {
        if (path is IntValue) return Item(context, target, path);
        if (path is not TextValue text) throw context.WrongValue($"an attribute is named by a text, not by {path.Kind}.");
        foreach (var name in text.Chars.Split('.'))
            target = int.TryParse(name, out var index) ? Item(context, target, new IntValue(index)) : Attribute(context, target, name);
        return target;
    }

    /// <summary>What a loop walks over: items, keys, characters. Spends a step for each.</summary>
    public static IReadOnlyList<Value> Iterate(RenderContext context, Value value)
    {
        switch (value)
        {
            case ListValue list:
                context.Budget.Spend(list.Items.Count);
                return list.Items;
            case MapValue map:
                context.Budget.Spend(map.Count);
                return [.. map.Entries.Select(entry => entry.Key)];
            case TextValue text:
                context.Budget.Spend(text.Length);
                return [.. Enumerable.Range(0, text.Length).Select(i => text.Elements(i, 1))];
            case UndefinedValue: return [];
            default: throw context.WrongValue($"{value.Kind} has no items to walk over.");
        }
    }

    /// <summary><c>item in container</c></summary>
    public static bool Contains(RenderContext context, Value container, Value item)
    {
        switch (container, item)
        {
            case (TextValue text, TextValue part):
                context.Budget.SpendText(text.Chars.Length, 0);
                return text.Chars.Contains(part.Chars, StringComparison.Ordinal);
            case (TextValue, _): throw context.WrongValue($"{item.Kind} cannot be looked for in a text.");
            case (MapValue map, TextValue key): return map.TryGet(key.Chars, out _);
            case (MapValue or UndefinedValue, _): return false;
            default: return Iterate(context, container).Any(other => Comparer.AreEqual(context, other, item));
        }
    }

    /// <summary>Turns an index, which counts from the end if it is negative, into a place.</summary>
    private static bool TryLocate(long index, int count, out int place)
    {
        var fromStart = index < 0 ? index + count : index;
        place = fromStart >= 0 && fromStart < count ? (int)fromStart : -1;
        return place >= 0;
    }
}
