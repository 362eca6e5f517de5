namespace LoRDBA.Training.Conversion;

/// <summary>What a conversion is asked for: a rank, or a size that decides the rank of each tensor.</summary>
public sealed record ConversionOptions
{
    /// <summary>Ranks of signs per tensor, from 1 to 4096, also above the LoRA's own; null for the LoRA's own.</summary>
    public int? Rank { get; init; }

    /// <summary>
    /// Bits per input and output channel that all tensors together may take, headers and padding included; null for no such limit. The rank of each tensor is then
    /// chosen so that the total error is as small as it can be; <see cref="Rank"/> is not used.
    /// </summary>
    public double? BitsPerChannel { get; init; }

    /// <summary>Bytes that the whole file may take; null for no such limit. As <see cref="BitsPerChannel"/>.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Bits of a scale: 3, 4 or 8 for logarithmic codes, 16 for F16.</summary>
    public int ScaleBits { get; init; } = 4;

    /// <summary>Whether inputs have scales too (s_in): better converted, <see cref="ScaleBits"/> more bits per input channel.</summary>
    public bool InScale { get; init; }

    /// <summary>What the search begins with; the same seed gives the same bytes.</summary>
    public ulong Seed { get; init; }

    /// <summary>How large each input is when the adapter is at work; null: all inputs count the same.</summary>
    public InputStatistics? Inputs { get; init; }

    /// <summary>Rounds over all signs and scales.</summary>
    internal int Rounds { get; init; } = 20;

    /// <summary>How errors are measured.</summary>
    internal FitObjective Objective { get; init; } = FitObjective.Default;

    /// <summary>Whether a size is asked for rather than a rank.</summary>
    internal bool HasSize => BitsPerChannel is not null || MaxBytes is not null;
}
