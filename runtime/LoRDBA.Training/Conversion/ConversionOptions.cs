namespace LoRDBA.Training.Conversion;

/// <summary>What a conversion is asked for.</summary>
public sealed record ConversionOptions
{
    /// <summary>Ranks of signs per tensor, at most the LoRA's own; null for the LoRA's own.</summary>
    public int? Rank { get; init; }

    /// <summary>Bits of a scale: 3, 4 or 8 for logarithmic codes, 16 for F16.</summary>
    public int ScaleBits { get; init; } = 4;

    /// <summary>Whether inputs have scales too (s_in): better converted, <see cref="ScaleBits"/> more bits per input channel.</summary>
    public bool InScale { get; init; }

    /// <summary>Rounds of least squares over the scale vectors; the error no longer moves after ten.</summary>
    internal const int Rounds = 10;
}
