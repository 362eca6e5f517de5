using System.Text;
using LoRDBA.Nano;

namespace LoRDBA.Training.Classifiers;

/// <summary>One contestant of a comparison.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Of all of its numbers.</param>
/// <param name="Correct">Test samples whose best class is theirs.</param>
public sealed record ClassifierScore(string Name, int Bytes, int Correct);

/// <summary>How a classifier does on test samples, and what else could be had.</summary>
/// <param name="Samples">Test samples.</param>
/// <param name="Agreeing">Of these, how many get the same class from whole numbers and from float32.</param>
/// <param name="Answered">Of these, how many are not "unknown".</param>
/// <param name="AnsweredCorrectly">Of the answered ones, how many are right.</param>
/// <param name="Scores">The blob first.</param>
public sealed record ClassifierComparison(int Samples, int Agreeing, int Answered, int AnsweredCorrectly, IReadOnlyList<ClassifierScore> Scores)
{
    /// <summary>Runs the blob of a classifier on test samples, beside its float reference.</summary>
    /// <exception cref="ClassifierException">A text is too long.</exception>
    public static ClassifierComparison Of(TrainedClassifier classifier, IReadOnlyList<ClassifierSample> test)
    {
        var bytes = classifier.ToBlob();
        var device = new TextClassifier(new ClassifierBlob(bytes), ClassifierOptions.LongestText);
        var (correct, agreeing, answered, answeredCorrectly) = (0, 0, 0, 0);
        foreach (var sample in test)
        {
            var reference = Best(classifier.Logits(sample.Text));
            var utf8 = Encoding.UTF8.GetBytes(sample.Text);
            var answer = device.Classify(utf8, utf8.Length);
            var right = classifier.Labels[device.Best] == sample.Label;
            if (right) correct++;
            if (device.Best == reference) agreeing++;
            if (answer == TextClassifier.Unknown) continue;
            answered++;
            if (right) answeredCorrectly++;
        }
        return new(test.Count, agreeing, answered, answeredCorrectly, [new("signs, whole numbers", bytes.Length, correct)]);
    }

    /// <summary>Adds what is trained in the same way: the shape in float32, a dense layer of the same bytes, and one in float32.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public ClassifierComparison WithBaselines(
        IReadOnlyList<ClassifierSample> train, IReadOnlyList<ClassifierSample> test, ClassifierOptions options, CancellationToken cancellation)
    {
        var real = ClassifierTrainer.Train(train, options, useSigns: false, cancellation);
        var classes = real.Labels.Count;
        var small = LinearClassifier.Train(train, options with { Features = LinearClassifier.FeaturesOf(Scores[0].Bytes, classes) }, cancellation);
        small.RoundToBytes();
        var dense = LinearClassifier.Train(train, options, cancellation);
        var numbers = options.Features * (options.Rank + 1) + options.Rank + classes * (options.Rank + 2);
        return this with
        {
            Scores =
            [
                .. Scores,
                new("same shape, float32", 4 * numbers, Count(test, real.Labels, real.Logits)),
                new("dense, bytes, same size", Scores[0].Bytes, Count(test, small.Labels, small.Logits)),
                new("dense, float32", 4 * classes * (options.Features + 1), Count(test, dense.Labels, dense.Logits)),
            ],
        };
    }

    private static int Count(IReadOnlyList<ClassifierSample> test, IReadOnlyList<string> labels, Func<string, float[]> logits) =>
        test.Count(sample => labels[Best(logits(sample.Text))] == sample.Label);

    private static int Best(float[] logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(logits);
}
