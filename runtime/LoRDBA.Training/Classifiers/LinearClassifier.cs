using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Classifiers;

/// <summary>
/// The baseline: one dense layer on the same n-grams, logits = bias + W x / |x|₁^½, in float32 or with a byte per weight. Trained as the
/// classifier is.
/// </summary>
internal sealed class LinearClassifier : ITrainable
{
    private readonly ClassifierOptions options;
    private readonly int classes;
    private readonly Parameter weights, bias;

    private LinearClassifier(ClassifierOptions options, int classes)
    {
        (this.options, this.classes) = (options, classes);
        (weights, bias) = (new Parameter("weights", options.Features, classes), new Parameter("bias", 1, classes));
    }

    /// <summary>The classes, in ordinal order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <inheritdoc/>
    public Parameter[] Parameters => [weights, bias];

    /// <summary>Trains on all samples; rank and margin of the options play no part.</summary>
    public static LinearClassifier Train(IReadOnlyList<ClassifierSample> samples, ClassifierOptions options, CancellationToken cancellation)
    {
        var encoded = EncodedSamples.Of(samples, options);
        var layer = new LinearClassifier(options, encoded.Labels.Count) { Labels = encoded.Labels };
        ClassifierTrainer.Run(layer, encoded, options.Epochs, new Random(options.Seed), cancellation);
        return layer;
    }

    /// <summary>The features with which a byte per weight and two per class take <paramref name="bytes"/> at most.</summary>
    public static int FeaturesOf(int bytes, int classes) => Math.Max(1, (bytes - 4 * classes) / classes);

    /// <summary>Rounds weights to a byte with a scale per class.</summary>
    public void RoundToBytes()
    {
        for (var c = 0; c < classes; c++)
        {
            var largest = 1e-9f;
            for (var i = c; i < weights.Value.Length; i += classes) largest = Math.Max(largest, Math.Abs(weights.Value[i]));
            var scale = largest / sbyte.MaxValue;
            for (var i = c; i < weights.Value.Length; i += classes) weights.Value[i] = MathF.Round(weights.Value[i] / scale) * scale;
        }
    }

    /// <summary>[classes] logits of a text.</summary>
    public float[] Logits(string text)
    {
        var logits = new float[classes];
        Forward(EncodedSamples.Channels(text, options), logits);
        return logits;
    }

    private float Forward(ReadOnlySpan<int> channels, Span<float> logits)
    {
        bias.Value.CopyTo(logits);
        var scale = 1 / MathF.Sqrt(Math.Max(1, channels.Length));
        foreach (var channel in channels) TensorPrimitives.MultiplyAdd(weights.Value.Slice(channel * classes, classes), scale, logits, logits);
        return scale;
    }

    /// <inheritdoc/>
    public void AfterStep()
    {
        // The weights are used as they are.
    }

    /// <inheritdoc/>
    public void Pass(ReadOnlySpan<int> channels, float[] logits, int target, int samples)
    {
        var scale = Forward(channels, logits);
        ClassifierTrainer.LossGradient(logits, target, samples);
        TensorPrimitives.Add(bias.Gradient, logits, bias.Gradient);
        foreach (var channel in channels)
        {
            var gradient = weights.Gradient.Slice(channel * classes, classes);
            TensorPrimitives.MultiplyAdd(logits, scale, gradient, gradient);
        }
    }
}
