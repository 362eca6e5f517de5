using System.Numerics.Tensors;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Classifiers;

/// <summary>Trains a classifier of texts: seconds on a PC for thousands of lines.</summary>
public static class ClassifierTrainer
{
    private const int BatchSize = 32;
    private const float Rate = 0.01f;

    /// <summary>The share of n-grams that a pass does not see, so that no few of them carry a class.</summary>
    private const float Dropped = 0.2f;

    /// <summary>What the true class leaves to all classes together (label smoothing, arXiv 1512.00567, section 7).</summary>
    private const float Smoothing = 0.1f;

    /// <summary>Trains on all samples.</summary>
    /// <param name="samples">Each label of theirs becomes a class, in ordinal order of names.</param>
    /// <param name="options">Shape and training.</param>
    /// <param name="cancellation">Asked once per batch.</param>
    /// <exception cref="ClassifierException">There are no samples, fewer than 2 labels or more than 255, or a text is too long.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static TrainedClassifier Train(IReadOnlyList<ClassifierSample> samples, ClassifierOptions options, CancellationToken cancellation = default) =>
        Train(samples, options, useSigns: true, cancellation);

    /// <summary>The same; without signs for the comparison.</summary>
    internal static TrainedClassifier Train(IReadOnlyList<ClassifierSample> samples, ClassifierOptions options, bool useSigns, CancellationToken cancellation)
    {
        var encoded = EncodedSamples.Of(samples, options);
        var random = new Random(options.Seed);
        var network = new SignLayerNetwork(options.Features, options.Rank, encoded.Labels.Count, useSigns, random);
        Run(network, encoded, options.Epochs, random, cancellation);
        return new TrainedClassifier(options, encoded.Labels, network);
    }

    /// <summary>Epochs of batches, Adam after each batch.</summary>
    internal static void Run(ITrainable layer, EncodedSamples samples, int epochs, Random random, CancellationToken cancellation)
    {
        var order = Enumerable.Range(0, samples.Texts.Length).ToArray();
        var parameters = layer.Parameters;
        var adam = new Adam(parameters, weightDecay: 0);
        var schedule = new CosineSchedule(Rate, epochs * ((order.Length + BatchSize - 1) / BatchSize));
        var (logits, kept, step) = (new float[samples.Labels.Count], new int[samples.Texts.Max(text => text.Length)], 0);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var batch in order.Chunk(BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var parameter in parameters) parameter.Gradient.Clear();
                foreach (var i in batch)
                {
                    var count = 0;
                    foreach (var channel in samples.Texts[i])
                        if (random.NextSingle() >= Dropped) kept[count++] = channel;
                    layer.Pass(kept.AsSpan(0, count), logits, samples.Targets[i], batch.Length);
                }
                adam.Step(schedule.RateAt(++step));
                layer.AfterStep();
            }
        }
    }

    /// <summary>Makes of logits the gradient of the mean cross-entropy by them.</summary>
    internal static void LossGradient(Span<float> logits, int target, int samples)
    {
        TensorPrimitives.SoftMax(logits, logits);
        for (var c = 0; c < logits.Length; c++)
            logits[c] = (logits[c] - Smoothing / logits.Length - (c == target ? 1 - Smoothing : 0)) / samples;
    }
}
