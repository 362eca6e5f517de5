using System.Text.Json;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat;

/// <summary>One message of a conversation. Immutable.</summary>
public sealed class ChatMessage
{
    /// <summary>
    /// Roles that count as the template's own words: some templates make a mark of one, as in <c>'&lt;|' + message.role + '|&gt;'</c>. Any other
    /// role is content.
    /// </summary>
    private static readonly string[] KnownRoles = ["system", "user", "assistant", "tool", "developer", "function", "ipython"];

    private ChatMessage(MapValue fields) => Fields = new(fields.Entries.Select(field => field.Key.Chars == "role" ? (field.Key, Role(field.Value)) : field));

    /// <summary>A message of a role and what it says.</summary>
    /// <param name="role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="content">What is said.</param>
    public ChatMessage(string role, string content)
        : this(new MapValue([(TextValue.Trusted("role"), TextValue.Content(role)), (TextValue.Trusted("content"), TextValue.Content(content))])) { }

    /// <summary>What templates see.</summary>
    internal MapValue Fields { get; }

    /// <summary>
    /// A message with whatever fields the model's template knows, such as <c>tool_calls</c>, <c>tool_call_id</c> or <c>reasoning_content</c>: an
    /// object as chat servers take it.
    /// </summary>
    /// <exception cref="ChatTemplateException">It is no object with a text <c>role</c>.</exception>
    public static ChatMessage FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            throw new ChatTemplateException(ChatTemplateError.WrongValue, "A message is a JSON object with a text \"role\", such as {\"role\":\"user\",\"content\":\"Hello\"}.");
        return new(JsonReader.ReadMap(json));
    }

    private static Value Role(Value role) => role is TextValue text && KnownRoles.Contains(text.Chars) ? new TextValue(PromptText.Trusted(text.Chars)) : role;
}
