namespace LoRDBA.Runtime.Chat;

/// <summary>Why a conversation could not be written out.</summary>
public enum ChatTemplateError
{
    /// <summary>The model has no template.</summary>
    Missing,
    /// <summary>The template is not well-formed.</summary>
    Syntax,
    /// <summary>The template uses something that this interpreter does not have.</summary>
    Unsupported,
    /// <summary>The template used up its steps, time, depth, or room for text.</summary>
    Budget,
    /// <summary>An operation met a value that it cannot work on.</summary>
    WrongValue,
    /// <summary>The template itself refused the conversation (<c>raise_exception</c>).</summary>
    Raised,
}

/// <summary>A model has no chat template, or one that does not work for a conversation. The message names the construct and the line.</summary>
public sealed class ChatTemplateException : LordbaException
{
    internal ChatTemplateException(ChatTemplateError error, string message, int? line = null) : base(message) => (Error, Line) = (error, line);

    /// <summary>The cause.</summary>
    public ChatTemplateError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("template", Error);

    /// <summary>The line of the template, from 1; null if no line is at fault.</summary>
    public int? Line { get; }
}
