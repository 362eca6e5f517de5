namespace LoRDBA.Runtime.Models;

/// <summary>The file is sound GGUF, but not a model that this engine can run.</summary>
public sealed class ModelException : LordbaException
{
    internal ModelException(string file, string field, string message) : base($"{file}: {message}") => Field = field;

    /// <summary>The metadata key or the tensor at fault.</summary>
    public string Field { get; }
}

/// <summary>The tokens do not fit what is left of the context that the session was created with. The session is unchanged.</summary>
public sealed class ContextFullException(int contextLength, int position, int tokens)
    : LordbaException($"The context holds {contextLength} tokens, {position} are used and {tokens} more were given: create the session with a larger ContextLength, or Reset it.")
{
    /// <summary>Tokens that fit in all.</summary>
    public int ContextLength { get; } = contextLength;

    /// <summary>Tokens in the context.</summary>
    public int Position { get; } = position;

    /// <summary>Tokens that were to be added.</summary>
    public int Tokens { get; } = tokens;
}

/// <summary>A session was asked for something that its model or its options do not allow; the message says what and why.</summary>
public sealed class SessionException(string message) : LordbaException(message);
