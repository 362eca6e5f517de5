using LoRDBA.Examples.SmartHome.Training.Corpus;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Examples.SmartHome.Training;

/// <summary>Tokens of a conversation, and how much predicting each counts.</summary>
internal sealed record Sample(int[] Tokens, float[] Weights)
{
    /// <summary>Commands and replies in ChatML, one turn each; a reply ends with its mark. Prompt and reply are cut into tokens apart, as they are
    /// when the reply is yet to be written.</summary>
    /// <param name="tokenizer">The base's.</param>
    /// <param name="commands">What is said to one household, in order.</param>
    /// <param name="promptWeight">What a prompt's tokens count, where a reply's count 1.</param>
    public static Sample Of(Tokenizer tokenizer, IEnumerable<Command> commands, float promptWeight)
    {
        var (tokens, weights) = (new List<int>(), new List<float>());
        foreach (var command in commands)
        {
            if (tokens.Count > 0) Add("\n", 0);
            Add($"<|im_start|>user\n{command.Prompt}<|im_end|>\n<|im_start|>assistant\n", promptWeight);
            Add(command.Reply + "<|im_end|>", 1);
        }

        return new Sample([.. tokens], [.. weights]);

        void Add(string text, float weight)
        {
            var ids = tokenizer.Encode(text);
            tokens.AddRange(ids);
            weights.AddRange(Enumerable.Repeat(weight, ids.Length));
        }
    }
}
