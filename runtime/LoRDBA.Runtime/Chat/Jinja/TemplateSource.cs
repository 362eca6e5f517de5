namespace LoRDBA.Runtime.Chat.Jinja;

/// <summary>A template's text, and what errors call the place where it came from.</summary>
internal sealed record TemplateSource(string Name, string Text)
{
    /// <summary>An error at a line of it.</summary>
    public ChatTemplateException Error(ChatTemplateError error, int line, string message) =>
        new(error, $"{Name}: line {line} of the chat template: {message}", line);
}
