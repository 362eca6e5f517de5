using System.Text.Json;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Turns JSON that came from outside into values: every text in it, keys included, is content.</summary>
internal static class JsonReader
{
    /// <summary>The value of a JSON element. How deep it is nested the parser has limited.</summary>
    public static Value Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => ReadMap(json),
        JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(Read)]),
        JsonValueKind.String => TextValue.Content(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out var integer) && !json.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? new IntValue(integer) : new FloatValue(json.GetDouble()),
        JsonValueKind.True => BoolValue.True,
        JsonValueKind.False => BoolValue.False,
        JsonValueKind.Null => NoneValue.Instance,
        _ => new UndefinedValue("a JSON value"),
    };

    /// <summary>The dictionary of a JSON object.</summary>
    public static MapValue ReadMap(JsonElement json) => new(json.EnumerateObject().Select(field => (TextValue.Content(field.Name), Read(field.Value))));
}
