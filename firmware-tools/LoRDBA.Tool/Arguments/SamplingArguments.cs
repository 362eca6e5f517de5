using System.CommandLine;
using LoRDBA.Runtime.Generation;

namespace LoRDBA.Tool.Arguments;

/// <summary>How <c>run</c> chooses tokens and when it ends.</summary>
internal sealed class SamplingArguments
{
    private static readonly SamplerOptions Default = new();

    private readonly Option<float> temperature = NumberOption.Of("--temperature", "What logits are divided by before a token is drawn; 0 takes the best (greedy)", Default.Temperature, 0, 100);
    private readonly Option<int> topK = NumberOption.Of("--top-k", "Draw from the N best tokens only; 0 does not cut", Default.TopK, 0, int.MaxValue);
    private readonly Option<float> topP = NumberOption.Of("--top-p", "Draw from the fewest best tokens that have this probability together; 1 does not cut", Default.TopP, 1e-6f, 1);
    private readonly Option<float> minP = NumberOption.Of("--min-p", "Draw only tokens at least this probable relative to the best; 0 does not cut", Default.MinP, 0, 1);
    private readonly Option<float> repetitionPenalty = NumberOption.Of("--repetition-penalty", "Make the last 64 tokens this much less likely; 1 does nothing", Default.RepetitionPenalty, 0.01f, 100);
    private readonly Option<ulong> seed = NumberOption.Of<ulong>("--seed", "The same seed draws the same tokens", Default.Seed, 0, ulong.MaxValue);
    private readonly Option<string[]> stop = new("--stop") { Description = "End before this string; can be given several times", HelpName = "TEXT" };
    private readonly Option<int?> maxTokens = NumberOption.Optional("--max-tokens", "End after so many tokens; otherwise when the model ends or the context is full", 1, int.MaxValue);

    /// <summary>Adds them to a verb.</summary>
    public SamplingArguments(Command verb)
    {
        verb.Add(temperature);
        verb.Add(topK);
        verb.Add(topP);
        verb.Add(minP);
        verb.Add(repetitionPenalty);
        verb.Add(seed);
        verb.Add(stop);
        verb.Add(maxTokens);
    }

    /// <summary>What they say.</summary>
    public GenerationOptions Read(ParseResult arguments) => new()
    {
        Sampling = new SamplerOptions
        {
            Temperature = arguments.GetValue(temperature),
            TopK = arguments.GetValue(topK),
            TopP = arguments.GetValue(topP),
            MinP = arguments.GetValue(minP),
            RepetitionPenalty = arguments.GetValue(repetitionPenalty),
            Seed = arguments.GetValue(seed),
        },
        StopStrings = arguments.GetValue(stop) ?? [],
        MaxTokens = arguments.GetValue(maxTokens),
    };
}
