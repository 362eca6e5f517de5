using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>What can stand behind <c>|</c>: a new filter is a row here.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Function> Table = FunctionTable.Of(
        // texts
        new("trim", ["chars"], call => TextFunctions.Strip(call, atStart: true, atEnd: true)),
        new("upper", [], TextFunctions.Upper),
        new("lower", [], TextFunctions.Lower),
        new("title", [], TextFunctions.TitleOfWords),
        new("capitalize", [], TextFunctions.Capitalize),
        new("replace", ["old", "new", "count"], TextFunctions.Replace),
        new("indent", ["width", "first", "blank"], TextFunctions.Indent),
        new("center", ["width"], call => TextFunctions.Pad(call, 80, fromLeft: true, fromRight: true)),
        new("truncate", ["length", "killwords", "end", "leeway"], TextFunctions.Truncate),
        new("wordcount", [], call => new IntValue(TextFunctions.CountWords(call))),
        new("format", null, call => TextFormat.Apply(call.Context, call.Text, call.Arguments.Positional)),
        new("escape", [], TextFunctions.Escape),
        new("e", [], TextFunctions.Escape),
        new("forceescape", [], TextFunctions.Escape),
        new("urlencode", [], TextFunctions.UrlEncode),
        new("safe", [], call => call.Text),
        new("string", [], call => call.Text),
        // numbers, and what takes any value
        new("int", ["default"], Conversions.ToInteger),
        new("float", ["default"], Conversions.ToFloat),
        new("abs", [], Conversions.Absolute),
        new("round", ["precision", "method"], Conversions.Round),
        new("default", ["default_value", "boolean"], Conversions.Default),
        new("d", ["default_value", "boolean"], Conversions.Default),
        new("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], Conversions.ToJson),
        new("attr", ["name"], call => Access.Attribute(call.Context, call.Input, call.TextAt(0).Chars)),
        // dictionaries
        new("items", [], MapFunctions.Items),
        new("dictsort", ["case_sensitive", "by", "reverse"], MapFunctions.Sorted),
        // sequences
        new("length", [], SequenceFunctions.Length),
        new("count", [], SequenceFunctions.Length),
        new("first", [], SequenceFunctions.First),
        new("last", [], SequenceFunctions.Last),
        new("list", [], call => new ListValue(call.Items)),
        new("join", ["d", "attribute"], SequenceFunctions.Join),
        new("reverse", [], SequenceFunctions.Reverse),
        new("sort", ["reverse", "case_sensitive", "attribute"], SequenceFunctions.Sort),
        new("unique", ["case_sensitive", "attribute"], SequenceFunctions.Unique),
        new("sum", ["attribute", "start"], SequenceFunctions.Sum),
        new("min", ["case_sensitive", "attribute"], call => SequenceFunctions.Extreme(call, largest: false)),
        new("max", ["case_sensitive", "attribute"], call => SequenceFunctions.Extreme(call, largest: true)),
        new("batch", ["linecount", "fill_with"], SequenceFunctions.Batch),
        new("slice", ["slices", "fill_with"], SequenceFunctions.IntoSlices),
        new("groupby", ["attribute", "default", "case_sensitive"], SequenceFunctions.GroupBy),
        new("map", null, SequenceFunctions.Map),
        new("select", null, call => SequenceFunctions.Select(call, wanted: true, ofAttribute: false)),
        new("reject", null, call => SequenceFunctions.Select(call, wanted: false, ofAttribute: false)),
        new("selectattr", null, call => SequenceFunctions.Select(call, wanted: true, ofAttribute: true)),
        new("rejectattr", null, call => SequenceFunctions.Select(call, wanted: false, ofAttribute: true)));

    /// <summary>A filter by its name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Function? filter) => Table.TryGetValue(name, out filter);
}
