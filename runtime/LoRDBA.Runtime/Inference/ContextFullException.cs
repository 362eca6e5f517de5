namespace LoRDBA.Runtime.Inference;

/// <summary>The tokens do not fit what is left of the context that the sequence was created with. The sequence is unchanged.</summary>
public sealed class ContextFullException(int contextLength, int position, int tokens)
    : LordbaException($"The context holds {contextLength} tokens, {position} are used and {tokens} more were given: create the sequence with a larger ContextLength, or Rewind it.")
{
    /// <inheritdoc/>
    public override string Code => "context.full";

    /// <summary>Tokens that fit in all.</summary>
    public int ContextLength { get; } = contextLength;

    /// <summary>Tokens in the context.</summary>
    public int Position { get; } = position;

    /// <summary>Tokens that were to be added.</summary>
    public int Tokens { get; } = tokens;
}
