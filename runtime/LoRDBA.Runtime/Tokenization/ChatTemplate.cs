using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// How a model wants a conversation written. Supported is ChatML,
/// <code>
/// &lt;|im_start|&gt;role\ncontent&lt;|im_end|&gt;\n  ...  &lt;|im_start|&gt;assistant\n
/// </code>
/// recognised by its two marks in the model's template (a Jinja program, which is not run). A system message that the template
/// writes out itself is used as it does: where the conversation begins without one.
/// </summary>
public sealed class ChatTemplate
{
    private const string Key = "tokenizer.chat_template";
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>";
    private const string SystemRole = "system";

    private readonly string? defaultSystem;

    private ChatTemplate(string? defaultSystem) => this.defaultSystem = defaultSystem;

    /// <summary>The chat template of a model.</summary>
    /// <exception cref="ChatTemplateException">The model has none, or one that is not ChatML.</exception>
    public static ChatTemplate FromGguf(GgufFile file)
    {
        if (!file.Metadata.TryGetString(Key, out var template))
            throw new ChatTemplateException($"{file.Name}: the model has no chat template ({Key}), so it was not trained to chat. Run it without --chat.");
        return FromTemplate(template, file.Name);
    }

    /// <summary>As <see cref="FromGguf"/>, from the template's text.</summary>
    internal static ChatTemplate FromTemplate(string template, string name)
    {
        if (!template.Contains(Start) || !template.Contains(End))
            throw new ChatTemplateException($"{name}: the model's chat template is not ChatML, and --chat can only do ChatML until templates are supported. Run without --chat and write the template's marks into the prompt.");
        return new(FindDefaultSystem(template));
    }

    /// <summary>Writes out a conversation.</summary>
    /// <param name="messages">The messages, the oldest first. A mark in a message is kept, and so can end it.</param>
    /// <param name="addGenerationPrompt">Whether to end with the start of the answer, which the model is to write.</param>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var text = new StringBuilder();
        if (defaultSystem is not null && messages.Count > 0 && messages[0].Role != SystemRole) Append(text, new(SystemRole, defaultSystem));
        foreach (var message in messages) Append(text, message);
        if (addGenerationPrompt) text.Append(Start).Append("assistant\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, ChatMessage message) =>
        text.Append(Start).Append(message.Role).Append('\n').Append(message.Content).Append(End).Append('\n');

    /// <summary>The content of a system message that is written out in one literal of the template, from mark to mark.</summary>
    private static string? FindDefaultSystem(string template)
    {
        var opening = Start + SystemRole;
        for (var at = template.IndexOf(opening, StringComparison.Ordinal); at >= 0; at = template.IndexOf(opening, at + 1, StringComparison.Ordinal))
        {
            var rest = template.AsSpan(at + opening.Length);
            // The line break is written as itself or escaped.
            var breakLength = rest.StartsWith("\n") ? 1 : rest.StartsWith("\\n") ? 2 : 0;
            var end = rest.IndexOf(End);
            if (breakLength == 0 || end < 0) continue;
            var content = rest[breakLength..end];
            if (content.IndexOfAny('\'', '"', '{') < 0) return content.ToString();
        }
        return null;
    }
}
