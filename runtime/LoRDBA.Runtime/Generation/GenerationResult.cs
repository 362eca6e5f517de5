namespace LoRDBA.Runtime.Generation;

/// <summary>Why a text ended.</summary>
public enum FinishReason
{
    /// <summary>The model had nothing more to say.</summary>
    EndOfGeneration,
    /// <summary>A stop string came.</summary>
    StopString,
    /// <summary>As many tokens were generated as were allowed.</summary>
    MaxTokens,
    /// <summary>The sequence's context is full.</summary>
    ContextFull,
}

/// <summary>What a generation came to.</summary>
/// <param name="Finish">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="GeneratedTokens">Tokens of the answer; one that ends it is not counted.</param>
public readonly record struct GenerationResult(FinishReason Finish, int PromptTokens, int GeneratedTokens);
