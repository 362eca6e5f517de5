namespace LoRDBA.Runtime.Generation;

/// <summary>How the next token is chosen. The defaults take the best token (greedy).</summary>
public sealed record SamplerOptions
{
    private const int MaxWindow = 1 << 20;

    /// <summary>Divisor of the logits before the draw; 0 takes the best token and ignores the cuts.</summary>
    public float Temperature { get; init; }

    /// <summary>Number of the best tokens from which one is drawn; 0 does not cut.</summary>
    public int TopK { get; init; }

    /// <summary>Draw from the fewest best whose probabilities (at temperature 1, among the <see cref="TopK"/>) sum to this; 1 does not cut.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Smallest probability of a drawn token (at temperature 1), relative to the best; 0 does not cut.</summary>
    public float MinP { get; init; }

    /// <summary>
    /// Tokens of the last <see cref="RepetitionWindow"/> have positive logits divided and negative ones multiplied by this
    /// (CTRL, Keskar et al. 2019, section 4.1); 1 does nothing.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Number of latest tokens, the prompt's included, that count as repetition.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>The same seed, options and logits give the same tokens.</summary>
    public ulong Seed { get; init; }

    internal bool IsGreedy => Temperature == 0;

    internal bool HasPenalty => RepetitionPenalty != 1 && RepetitionWindow > 0;

    /// <exception cref="GenerationException">An option is out of range.</exception>
    internal void Check()
    {
        // Written so that NaN fails too.
        Require(Temperature >= 0 && float.IsFinite(Temperature), nameof(Temperature), Temperature, "0 or more");
        Require(TopK >= 0, nameof(TopK), TopK, "0 (all) or more");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "above 0, at most 1 (all)");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "from 0 (all) to 1");
        Require(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "above 0; 1 does nothing");
        Require(RepetitionWindow is >= 0 and <= MaxWindow, nameof(RepetitionWindow), RepetitionWindow, $"from 0 to {MaxWindow}");
    }

    private static void Require(bool isSound, string option, IFormattable value, string range)
    {
        if (!isSound) throw new GenerationException(GenerationError.OptionOutOfRange, $"{option} is {value.ToString(null, System.Globalization.CultureInfo.InvariantCulture)}; it must be {range}.");
    }
}
