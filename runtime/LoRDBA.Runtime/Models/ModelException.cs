namespace LoRDBA.Runtime.Models;

/// <summary>Why a sound GGUF file is no model that this engine can run.</summary>
public enum ModelError
{
    /// <summary>An architecture that is not supported.</summary>
    UnsupportedArchitecture,
    /// <summary>Rotary scaling of a kind that is not supported.</summary>
    UnsupportedRopeScaling,
    /// <summary>There is no embedding: an adapter, or a vocabulary alone.</summary>
    NoModel,
    /// <summary>A number of the metadata is out of range or contradicts another.</summary>
    BadMetadata,
    /// <summary>A tensor that the architecture needs is absent.</summary>
    MissingTensor,
    /// <summary>A tensor that the architecture does not have.</summary>
    UnknownTensor,
    /// <summary>A tensor's shape is not what the metadata asks for.</summary>
    ShapeMismatch,
    /// <summary>A norm, a bias or a table of frequencies that is not stored as F32.</summary>
    BadTensorType,
    /// <summary>A value of a table of frequencies that cannot be one.</summary>
    BadTensorValue,
}

/// <summary>The file is sound GGUF, but not a model that this engine can run.</summary>
public sealed class ModelException : LordbaException
{
    internal ModelException(ModelError error, string file, string field, string message) : base($"{file}: {message}") => (Error, Field) = (error, field);

    /// <summary>The cause.</summary>
    public ModelError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("model", Error);

    /// <summary>The metadata key or the tensor at fault.</summary>
    public string Field { get; }
}

/// <summary>The tokens do not fit what is left of the context that the session was created with. The session is unchanged.</summary>
public sealed class ContextFullException(int contextLength, int position, int tokens)
    : LordbaException($"The context holds {contextLength} tokens, {position} are used and {tokens} more were given: create the session with a larger ContextLength, or Reset it.")
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

/// <summary>Why a session was not made, or did not do what it was asked for.</summary>
public enum SessionError
{
    /// <summary>An option is out of range.</summary>
    OptionOutOfRange,
    /// <summary>There is no token to append.</summary>
    NoToken,
    /// <summary>A token id that the model's vocabulary does not have.</summary>
    UnknownToken,
    /// <summary>The adapter was loaded for another model object.</summary>
    WrongModel,
    /// <summary>The adapter's weight is not finite.</summary>
    NonFiniteWeight,
    /// <summary>The generated kernels need instructions that this processor lacks.</summary>
    KernelsCannotRun,
    /// <summary>The generated kernels were made for another base.</summary>
    KernelsOfAnotherBase,
    /// <summary>The session is strict, and its kernels do not cover the adapter.</summary>
    KernelsLackShape,
}

/// <summary>A session was asked for something that its model or its options do not allow; the message says what and why.</summary>
public sealed class SessionException : LordbaException
{
    internal SessionException(SessionError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public SessionError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("session", Error);
}
