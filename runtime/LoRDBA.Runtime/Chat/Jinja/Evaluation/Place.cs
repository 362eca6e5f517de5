namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>Where a rendering is in its template.</summary>
internal sealed class Place(TemplateSource source)
{
    /// <summary>The line of what is evaluated.</summary>
    public int Line { get; set; } = 1;

    /// <summary>An error here.</summary>
    public ChatTemplateException Error(ChatTemplateError error, string message) => source.Error(error, Line, message);
}
