using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Examples.SmartHome.Training;

/// <summary>How well a network answers commands.</summary>
/// <param name="Nll">Per token of the replies, in nats.</param>
/// <param name="ExactMatch">Share of replies whose every token is the most likely one, which is when greedy decoding writes them.</param>
internal readonly record struct Score(double Nll, double ExactMatch)
{
    public override string ToString() => $"{ExactMatch:P1} exact, NLL {Nll:F4}";
}

/// <summary>Trains the sign branches of a frozen network on one household's commands, and measures.</summary>
internal sealed class Adaptation(Transformer network, Func<Transformer> another, IReadOnlyList<Sample> train)
{
    public const int Rank = 8;

    /// <summary>Room for what one part of a step takes; a command with its reply has about 30 tokens.</summary>
    public const int MaxTokensPerPart = 100 * SamplesPerPart;

    private const int SamplesPerPart = 16;
    private const float LearningRate = 3e-3f;

    /// <summary>Goes through the samples <paramref name="epochs"/> times, in a new order each time; returns the number of steps.</summary>
    public int Train(int epochs, Random random, Action<int, double> report)
    {
        var order = new Queue<Sample>();
        var steps = epochs * train.Count / (SamplesPerPart * Trainer.Parts);
        var trainer = new Trainer(network, another, new CosineSchedule(LearningRate, steps), weightDecay: 0);
        var sum = 0.0;
        for (var step = 1; step <= steps; step++)
        {
            sum += trainer.Step(() => Draw(order, random)).Average(loss => loss.MeanNll);
            if (step % 50 != 0) continue;
            report(step, sum / 50);
            sum = 0;
        }

        return steps;
    }

    public static Score Measure(Transformer network, IReadOnlyList<Sample> samples)
    {
        var (nll, tokens, right) = (0.0, 0, 0);
        foreach (var sample in samples)
        {
            var batch = new Batch();
            batch.Add(sample.Tokens, sample.Weights);
            var loss = network.Forward(batch);
            nll += loss.Nll.Sum(x => (double)x);
            tokens += loss.Nll.Length;
            right += loss.Right.All(x => x) ? 1 : 0;
        }

        return new Score(nll / tokens, (double)right / samples.Count);
    }

    private Batch Draw(Queue<Sample> order, Random random)
    {
        var batch = new Batch();
        for (var i = 0; i < SamplesPerPart; i++)
        {
            if (order.Count == 0)
            {
                var shuffled = train.ToArray();
                random.Shuffle(shuffled);
                foreach (var sample in shuffled) order.Enqueue(sample);
            }

            var next = order.Dequeue();
            batch.Add(next.Tokens, next.Weights);
        }

        return batch;
    }
}
