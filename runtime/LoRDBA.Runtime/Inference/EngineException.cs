namespace LoRDBA.Runtime.Inference;

/// <summary>Why an engine or a sequence was not made, or did not do what it was asked for.</summary>
public enum EngineError
{
    /// <summary>An option is out of range.</summary>
    OptionOutOfRange,
    /// <summary>There is no token to append, or no segment in the batch.</summary>
    NoToken,
    /// <summary>A token id that the model's vocabulary does not have.</summary>
    UnknownToken,
    /// <summary>The adapter was loaded for another model object.</summary>
    WrongModel,
    /// <summary>The adapter's weight is not finite.</summary>
    NonFiniteWeight,
    /// <summary>The generated kernels were made for another base, processor or memory layout.</summary>
    KernelsRefused,
    /// <summary>The engine is strict, and its kernels do not cover the adapter.</summary>
    KernelsLackShape,
    /// <summary>Another call is at work in the engine.</summary>
    Busy,
    /// <summary>The batch or the sequence is another engine's.</summary>
    WrongEngine,
    /// <summary>The sequence is in the batch already.</summary>
    SequenceTwice,
    /// <summary>The batch has no room for so many tokens or logits.</summary>
    BatchFull,
    /// <summary>These logits were not asked for, or a later step has overwritten them.</summary>
    NoLogits,
}

/// <summary>An engine or a sequence was asked for something that its model or its options do not allow; the message says what and
/// why.</summary>
public sealed class EngineException : LordbaException
{
    internal EngineException(EngineError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public EngineError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("engine", Error);
}
