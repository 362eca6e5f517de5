using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>Methods of texts and dictionaries, named as Python's: a new method is a row here.</summary>
internal static class Methods
{
    private static readonly FrozenDictionary<string, Function> OfText = FunctionTable.Of(
        new("strip", ["chars"], call => TextFunctions.Strip(call, atStart: true, atEnd: true)),
        new("lstrip", ["chars"], call => TextFunctions.Strip(call, atStart: true, atEnd: false)),
        new("rstrip", ["chars"], call => TextFunctions.Strip(call, atStart: false, atEnd: true)),
        new("split", ["sep", "maxsplit"], call => Splitting.Split(call, fromEnd: false)),
        new("rsplit", ["sep", "maxsplit"], call => Splitting.Split(call, fromEnd: true)),
        new("splitlines", [], Splitting.Lines),
        new("startswith", ["prefix"], call => BoolValue.Of(TextFunctions.Options(call).Any(part => call.Text.Chars.StartsWith(part, StringComparison.Ordinal)))),
        new("endswith", ["suffix"], call => BoolValue.Of(TextFunctions.Options(call).Any(part => call.Text.Chars.EndsWith(part, StringComparison.Ordinal)))),
        new("removeprefix", ["prefix"], TextFunctions.RemovePrefix),
        new("removesuffix", ["suffix"], TextFunctions.RemoveSuffix),
        new("upper", [], TextFunctions.Upper),
        new("lower", [], TextFunctions.Lower),
        new("title", [], TextFunctions.TitleOfLetters),
        new("capitalize", [], TextFunctions.Capitalize),
        new("replace", ["old", "new", "count"], TextFunctions.Replace),
        new("find", ["sub"], call => TextFunctions.Find(call, fromEnd: false)),
        new("rfind", ["sub"], call => TextFunctions.Find(call, fromEnd: true)),
        new("count", ["sub"], TextFunctions.Count),
        new("join", ["items"], call => SequenceFunctions.Join(call.Context, call.Text.Text, call[0])),
        new("index", ["sub"], call => TextFunctions.Find(call, fromEnd: false) is IntValue { Number: >= 0 } at ? at : throw call.Wrong("does not find the part")),
        new("partition", ["sep"], call => TextFunctions.Partition(call, fromEnd: false)),
        new("rpartition", ["sep"], call => TextFunctions.Partition(call, fromEnd: true)),
        new("center", ["width"], call => TextFunctions.Pad(call, 0, fromLeft: true, fromRight: true)),
        new("ljust", ["width"], call => TextFunctions.Pad(call, 0, fromLeft: false, fromRight: true)),
        new("rjust", ["width"], call => TextFunctions.Pad(call, 0, fromLeft: true, fromRight: false)),
        All("isdigit", char.IsDigit),
        All("isdecimal", char.IsDigit),
        All("isnumeric", char.IsNumber),
        All("isalpha", char.IsLetter),
        All("isalnum", char.IsLetterOrDigit),
        All("isspace", char.IsWhiteSpace),
        Cased("isupper", char.IsUpper, char.IsLower),
        Cased("islower", char.IsLower, char.IsUpper));

    private static readonly FrozenDictionary<string, Function> OfMap = FunctionTable.Of(
        new("items", [], MapFunctions.Items),
        new("keys", [], call => new ListValue([.. MapFunctions.Entries(call).Select(entry => entry.Key)])),
        new("values", [], call => new ListValue([.. MapFunctions.Entries(call).Select(entry => entry.Value)])),
        new("get", ["key", "default"], MapFunctions.Get),
        new("copy", [], call => call.Input));

    private static readonly FrozenDictionary<string, Function> OfList = FunctionTable.Of(
        new("index", ["value"], call => new IntValue(IndexIn(call, call[0]) is >= 0 and var at ? at : throw call.Wrong("does not find the value"))),
        new("count", ["value"], call => new IntValue(call.Items.Count(item => Comparer.AreEqual(call.Context, item, call[0])))),
        new("copy", [], call => call.Input));

    private static readonly FrozenDictionary<string, Function> OfLoop = FunctionTable.Of(
        new("cycle", null, Cycle),
        new("changed", null, HasChanged));

    private static readonly FrozenDictionary<string, Function> OfCycler = FunctionTable.Of(
        new("next", [], call => ((CyclerValue)call.Input).Next()),
        new("reset", [], call => ((CyclerValue)call.Input).Reset()));

    /// <summary>Whether any value has a method of this name.</summary>
    public static bool Exists(string name) => OfText.ContainsKey(name) || OfMap.ContainsKey(name) || OfList.ContainsKey(name) || OfLoop.ContainsKey(name) || OfCycler.ContainsKey(name);

    /// <summary>A method of a value.</summary>
    public static bool TryFind(Value target, string name, [NotNullWhen(true)] out Function? method)
    {
        method = null;
        return target switch
        {
            TextValue => OfText.TryGetValue(name, out method),
            MapValue => OfMap.TryGetValue(name, out method),
            ListValue => OfList.TryGetValue(name, out method),
            LoopValue => OfLoop.TryGetValue(name, out method),
            CyclerValue => OfCycler.TryGetValue(name, out method),
            _ => false,
        };
    }

    private static Function All(string name, Func<char, bool> holds) => new(name, [], call => BoolValue.Of(call.Text.IsTrue && call.Text.Chars.All(holds)));

    /// <summary>Whether a text has letters of one case and none of the other.</summary>
    private static Function Cased(string name, Func<char, bool> wanted, Func<char, bool> other) =>
        new(name, [], call => BoolValue.Of(call.Text.Chars.Any(wanted) && !call.Text.Chars.Any(other)));

    private static int IndexIn(Invocation call, Value value)
    {
        var items = call.Items;
        for (var i = 0; i < items.Count; i++)
            if (Comparer.AreEqual(call.Context, items[i], value)) return i;
        return -1;
    }

    /// <summary><c>loop.cycle(a, b)</c>: one argument after the other, round by round.</summary>
    private static Value Cycle(Invocation call) => call.Arguments.Positional is { Length: > 0 } values
        ? values[((LoopValue)call.Input).Index % values.Length]
        : throw call.Wrong("needs values to go through");

    /// <summary><c>loop.changed(a)</c>: whether it is asked with other values than in the round before.</summary>
    private static BoolValue HasChanged(Invocation call)
    {
        var (state, now) = (((LoopValue)call.Input).State, new ListValue(call.Arguments.Positional));
        var isSame = state.Last is { } last && Comparer.AreEqual(call.Context, last, now);
        state.Last = now;
        return BoolValue.Of(!isSame);
    }
}
