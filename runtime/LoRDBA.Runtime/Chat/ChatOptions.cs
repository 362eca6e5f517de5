using System.Text.Json;

namespace LoRDBA.Runtime.Chat;

/// <summary>How a conversation is written out.</summary>
public sealed record ChatOptions
{
    /// <summary>Whether to end with the beginning of the answer, which the model is to write.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>What the model may call: an array of tools as chat servers take it; null: none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>An object of what else the template can be told, such as <c>{"enable_thinking": false}</c>; null: nothing.</summary>
    public JsonElement? Variables { get; init; }

    /// <summary>
    /// What tells a template that wants it today's date. Null: none, and such a template takes the date that is written in it, so that the same
    /// conversation is always the same text.
    /// </summary>
    public TimeProvider? Clock { get; init; }
}
