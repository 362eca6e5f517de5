namespace LoRDBA.Runtime.Generation;

/// <summary>An option of a generation is out of range, or the model gave no logits to choose from; the message says which and what to do.</summary>
public sealed class GenerationException : LordbaException
{
    internal GenerationException(string message) : base(message) { }
}
