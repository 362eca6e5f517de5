using LoRDBA.Runtime;

namespace LoRDBA.Training.Classifiers;

/// <summary>Why a classifier was not trained or not read.</summary>
public enum ClassifierError
{
    /// <summary>There are no samples.</summary>
    NoSamples,
    /// <summary>There is only one label, or more than a classifier can have.</summary>
    BadLabels,
    /// <summary>A text is longer than a classifier reads.</summary>
    TextTooLong,
    /// <summary>A file is no classifier of this version.</summary>
    BadFile,
}

/// <summary>A classifier cannot be made or read; the message says why and what would work.</summary>
public sealed class ClassifierException : LordbaException
{
    internal ClassifierException(ClassifierError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>The cause.</summary>
    public ClassifierError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("classifier", Error);
}
