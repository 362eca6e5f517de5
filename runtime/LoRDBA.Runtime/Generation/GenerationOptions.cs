namespace LoRDBA.Runtime.Generation;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>How each token is chosen.</summary>
    public SamplerOptions Sampling { get; init; } = new();

    /// <summary>Ends after so many tokens; null: when the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Strings that end the text and are not part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the text besides those of the vocabulary; of a chat template its <c>EndTokens</c>.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <exception cref="GenerationException">An option is out of range.</exception>
    internal void Check()
    {
        Sampling.Check();
        if (MaxTokens < 1) throw new GenerationException(GenerationError.OptionOutOfRange, $"MaxTokens is {MaxTokens}; it must be at least 1.");
        Generation.StopStrings.Check(StopStrings);
    }
}
