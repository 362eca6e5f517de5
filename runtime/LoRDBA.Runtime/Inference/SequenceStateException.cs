namespace LoRDBA.Runtime.Inference;

/// <summary>Why the state of a sequence was refused: one code per cause, stable across versions.</summary>
public enum SequenceStateError
{
    /// <summary>The bytes do not begin as a state does.</summary>
    NotAState,
    /// <summary>A version that this program does not know.</summary>
    UnknownVersion,
    /// <summary>More or fewer bytes than the header asks for.</summary>
    WrongLength,
    /// <summary>The checksum is another one: a bit has changed.</summary>
    ChecksumMismatch,
    /// <summary>Computed with another base model.</summary>
    WrongBase,
    /// <summary>Computed with another file of this base: other block formats or values.</summary>
    WrongWeights,
    /// <summary>Computed in float32, and the engine computes in whole numbers; or the reverse.</summary>
    WrongArithmetic,
    /// <summary>Keys and values are kept in another format than the sequence's.</summary>
    WrongKeyValueFormat,
    /// <summary>Another adapter or weight acted on its last token than acts on the sequence.</summary>
    WrongAdapter,
    /// <summary>More tokens than the sequence's context holds.</summary>
    ContextTooShort,
    /// <summary>Computed in a context for which the model turns its heads otherwise.</summary>
    WrongContext,
    /// <summary>A number in it lies outside its range.</summary>
    BadValue,
}

/// <summary>The state of a sequence was refused: the sequence is as it was.</summary>
public sealed class SequenceStateException : LordbaException
{
    internal SequenceStateException(SequenceStateError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public SequenceStateError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("state", Error);
}
