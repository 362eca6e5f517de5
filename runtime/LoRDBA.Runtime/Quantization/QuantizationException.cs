namespace LoRDBA.Runtime.Quantization;

/// <summary>Why a model was not written in another format.</summary>
public enum QuantizationError
{
    /// <summary>All weights have the format already.</summary>
    SameFormat,
    /// <summary>The output is the model itself, which is read meanwhile.</summary>
    SameFile,
    /// <summary>A weight is not finite, or too large for any block.</summary>
    NonFiniteValue,
}

/// <summary>The model cannot be written in the format as asked; the message says why and what would work.</summary>
public sealed class QuantizationException : LordbaException
{
    internal QuantizationException(QuantizationError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public QuantizationError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("quantization", Error);
}
