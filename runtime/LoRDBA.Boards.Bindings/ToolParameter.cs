using System.Text.Json;

namespace LoRDBA.Boards.Bindings;

/// <summary>An argument of a device tool: what the model is told of it, and what is accepted. All arguments are required.</summary>
public abstract class ToolParameter
{
    private ToolParameter(string name, string description) => (Name, Description) = (name, description);

    /// <summary>The member of the arguments' object.</summary>
    public string Name { get; }

    /// <summary>A sentence for the model.</summary>
    public string Description { get; }

    /// <summary>A text of at most some characters.</summary>
    public static ToolParameter Text(string name, string description, int maxLength) => new TextParameter(name, description, maxLength);

    /// <summary>A whole number.</summary>
    /// <param name="name">The member.</param>
    /// <param name="description">A sentence for the model.</param>
    /// <param name="min">The least number.</param>
    /// <param name="max">The greatest number.</param>
    public static ToolParameter Integer(string name, string description, int min, int max) => new IntegerParameter(name, description, min, max);

    /// <summary>One of some words.</summary>
    public static ToolParameter Choice(string name, string description, params IReadOnlyList<string> words) => new ChoiceParameter(name, description, words);

    /// <summary>Writes the members of its JSON schema.</summary>
    internal abstract void WriteSchema(Utf8JsonWriter json);

    /// <summary>What is wrong with a value, as the end of a sentence; null if nothing is.</summary>
    internal abstract string? FindFault(JsonElement value);

    private sealed class TextParameter(string name, string description, int maxLength) : ToolParameter(name, description)
    {
        internal override void WriteSchema(Utf8JsonWriter json)
        {
            json.WriteString("type", "string");
            json.WriteNumber("maxLength", maxLength);
        }

        internal override string? FindFault(JsonElement value) =>
            value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= maxLength ? null : $"must be a text of at most {maxLength} characters";
    }

    private sealed class IntegerParameter(string name, string description, int min, int max) : ToolParameter(name, description)
    {
        internal override void WriteSchema(Utf8JsonWriter json)
        {
            json.WriteString("type", "integer");
            json.WriteNumber("minimum", min);
            json.WriteNumber("maximum", max);
        }

        internal override string? FindFault(JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max ? null : $"must be a whole number from {min} to {max}";
    }

    private sealed class ChoiceParameter(string name, string description, IReadOnlyList<string> words) : ToolParameter(name, description)
    {
        internal override void WriteSchema(Utf8JsonWriter json)
        {
            json.WriteString("type", "string");
            json.WriteStartArray("enum");
            foreach (var word in words) json.WriteStringValue(word);
            json.WriteEndArray();
        }

        internal override string? FindFault(JsonElement value) =>
            value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()) ? null : $"must be one of {string.Join(", ", words)}";
    }
}
