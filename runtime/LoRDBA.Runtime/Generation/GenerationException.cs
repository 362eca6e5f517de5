namespace LoRDBA.Runtime.Generation;

/// <summary>Why a generation was refused or ended.</summary>
public enum GenerationError
{
    /// <summary>An option is out of range.</summary>
    OptionOutOfRange,
    /// <summary>A stop string is empty: every text would end at once.</summary>
    EmptyStopString,
    /// <summary>The best logit is not a finite number.</summary>
    NonFiniteLogit,
}

/// <summary>An option of a generation is out of range, or the model gave no logits to choose from; the message says which and what to do.</summary>
public sealed class GenerationException : LordbaException
{
    internal GenerationException(GenerationError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public GenerationError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("generation", Error);
}
