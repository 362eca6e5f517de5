namespace LoRDBA.Runtime.Tokenization;

/// <summary>A model's vocabulary was refused, or a text or token id does not fit it.</summary>
public sealed class TokenizerException : LordbaException
{
    internal TokenizerException(string field, string message) : base($"{field}: {message}") => Field = field;

    /// <summary>What is wrong: the GGUF metadata key, or <c>text</c> or <c>token id</c> for what was to be encoded or decoded.</summary>
    public string Field { get; }
}
