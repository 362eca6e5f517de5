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
        new("isdigit", [], call => BoolValue.Of(call.Text.IsTrue && call.Text.Chars.All(char.IsDigit))));

    private static readonly FrozenDictionary<string, Function> OfMap = FunctionTable.Of(
        new("items", [], MapFunctions.Items),
        new("keys", [], call => new ListValue([.. MapFunctions.Entries(call).Select(entry => entry.Key)])),
        new("values", [], call => new ListValue([.. MapFunctions.Entries(call).Select(entry => entry.Value)])),
        new("get", ["key", "default"], MapFunctions.Get));

    /// <summary>Whether any value has a method of this name.</summary>
    public static bool Exists(string name) => OfText.ContainsKey(name) || OfMap.ContainsKey(name);

    /// <summary>A method of a value.</summary>
    public static bool TryFind(Value target, string name, [NotNullWhen(true)] out Function? method)
    {
        method = null;
        return target switch
        {
            TextValue => OfText.TryGetValue(name, out method),
            MapValue => OfMap.TryGetValue(name, out method),
            _ => false,
        };
    }
}
