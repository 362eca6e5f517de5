using LoRDBA.Runtime;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>Why a measurement was given up.</summary>
internal enum BenchError
{
    /// <summary>Tokens one by one give something else than together.</summary>
    WrongResult,
    /// <summary>A logit is not a finite number.</summary>
    NonFiniteLogit,
}

/// <summary>What was to be timed does not compute what it has to.</summary>
internal sealed class BenchException(BenchError error, string message) : LordbaException(message)
{
    /// <summary>The cause.</summary>
    public BenchError Error { get; } = error;

    /// <inheritdoc/>
    public override string Code => CodeOf("bench", Error);
}
