using LoRDBA.Runtime;

namespace LoRDBA.Training.Tuning;

/// <summary>Why an adapter was not tuned.</summary>
public enum TuningError
{
    /// <summary>The model has a step whose way back is not built.</summary>
    UnsupportedModel,
    /// <summary>An option is out of range.</summary>
    OptionOutOfRange,
    /// <summary>There is nothing to learn from.</summary>
    NoData,
    /// <summary>A sample lacks a prompt or a completion, or has an unknown token.</summary>
    BadSample,
    /// <summary>A sample has more tokens than the model's context.</summary>
    TooLong,
    /// <summary>The adapter to start from is of another kind.</summary>
    WrongStart,
    /// <summary>The loss is not finite any more.</summary>
    Diverged,
    /// <summary>A checkpoint is damaged, or another run's.</summary>
    BadCheckpoint,
}

/// <summary>An adapter cannot be tuned as asked; the message says why and what would work.</summary>
public sealed class TuningException : LordbaException
{
    internal TuningException(TuningError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public TuningError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("tuning", Error);
}
