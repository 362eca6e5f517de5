namespace LoRDBA.Training.Tuning;

/// <summary>A text to learn from.</summary>
/// <param name="Prompt">Token ids before the completion, at least one; nothing is learned of them.</param>
/// <param name="Completion">Token ids that count, at least one, the end-of-turn token among them.</param>
public sealed record TuningSample(int[] Prompt, int[] Completion)
{
    /// <summary>Tokens that go through the layers: the last is only asked for.</summary>
    internal int Length => Prompt.Length + Completion.Length - 1;
}
