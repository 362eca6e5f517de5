namespace LoRDBA.Runtime.Tokenization;

/// <summary>A model has no chat template, or one that is not supported.</summary>
public sealed class ChatTemplateException : LordbaException
{
    internal ChatTemplateException(string message) : base(message) { }
}
