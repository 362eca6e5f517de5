using LoRDBA.Examples.SmartHome.Training.Corpus;
using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Examples.SmartHome.Training.Tokens;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Examples.SmartHome.Training;

/// <summary>Makes the base: a vocabulary and a network from conversations with households that are drawn anew for every sample.</summary>
internal static class Pretraining
{
    /// <summary>Tokens that one part of a step takes, at least.</summary>
    public const int TokensPerPart = 1024;

    /// <summary>What the longest conversation may add to them.</summary>
    public const int MaxSampleTokens = 256;

    private const int VocabularySamples = 20_000;
    private const float LearningRate = 3e-3f;
    private const float WeightDecay = 0.05f;

    // Prompts are half the tokens and cannot be guessed; that they are learned at all serves the understanding of later ones.
    private const float PromptWeight = 0.2f;

    public static TrainedVocabulary MakeVocabulary(int count, Random random)
    {
        var trainer = new BpeTrainer();
        for (var i = 0; i < VocabularySamples; i++)
        {
            var command = RandomHomes.Draw(random).Draw(random);
            foreach (var text in new[] { "user\n", command.Prompt, "assistant\n", command.Reply }) trainer.Add(text);
        }

        return new TrainedVocabulary(trainer.Train(TrainedVocabulary.MergesFor(count)));
    }

    /// <summary>
    /// Trains <paramref name="network"/>; the report gets the step and the mean NLL of replies and prompts over the last steps.
    /// </summary>
    public static void Train(
        Transformer network, Func<Transformer> another, Tokenizer tokenizer, int steps, Random random, Action<int, double> report)
    {
        var trainer = new Trainer(network, another, new CosineSchedule(LearningRate, steps), WeightDecay);
        var sum = 0.0;
        for (var step = 1; step <= steps; step++)
        {
            sum += trainer.Step(() => Draw(tokenizer, random)).Average(loss => loss.MeanNll);
            if (step % 100 != 0) continue;
            report(step, sum / 100);
            sum = 0;
        }
    }

    private static Batch Draw(Tokenizer tokenizer, Random random)
    {
        var batch = new Batch();
        while (batch.Tokens.Length < TokensPerPart)
        {
            // One to three turns: the later ones teach to take up a household's dialect from what was said before.
            var home = RandomHomes.Draw(random);
            var sample = Sample.Of(tokenizer, Enumerable.Range(0, random.Next(1, 4)).Select(_ => home.Draw(random)), PromptWeight);
            batch.Add(sample.Tokens, sample.Weights);
        }

        return batch;
    }
}
