using System.Text;
using System.Text.Json;
using LoRDBA.Nano;
using LoRDBA.Tests;
using LoRDBA.Training.Classifiers;

namespace LoRDBA.Training.Tests.Classifiers;

/// <summary>Figures on real commands, the way to a blob, and the gradients.</summary>
public sealed class ClassifierTests
{
    private static readonly ClassifierSample[] Small =
    [
        .. Enumerable.Range(0, 8).SelectMany(i => (ClassifierSample[])[new($"turn on light {i}", "on"), new($"switch off lamp {i}", "off"), new($"what time is it {i}?", "time")]),
    ];

    /// <summary>The floors are what a float32 dense layer of 132 KB on as many features reaches in a few epochs.</summary>
    [Theory]
    [InlineData("en", 1024, 0.97)]
    [InlineData("de", 2048, 0.99)]
    [InlineData("fr", 1024, 0.92)]
    public void Commands_of_a_home_are_understood_from_a_few_kilobytes(string language, int features, double floor)
    {
        var (train, test) = (Commands($"{language}.train"), Commands($"{language}.test"));
        for (var seed = 0; seed < 3; seed++)
        {
            var classifier = ClassifierTrainer.Train(train, new ClassifierOptions(features, Seed: seed), TestContext.Current.CancellationToken);
            var comparison = ClassifierComparison.Of(classifier, test);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{language} {seed}: {comparison.Scores[0].Correct} of {comparison.Samples}, {comparison.Answered} answered, {comparison.AnsweredCorrectly} of them right, {comparison.Scores[0].Bytes} bytes");

            Assert.InRange(comparison.Scores[0].Bytes, 1, features == 1024 ? 10_240 : 20_480);
            Assert.InRange((double)comparison.Scores[0].Correct / test.Count, floor, 1);
            Assert.InRange(comparison.Samples - comparison.Agreeing, 0, 0.005 * test.Count);
        }
    }

    /// <summary>Scales keep 16 bits, roots and quotients are whole: a tenth of a nat.</summary>
    [Fact]
    public void Logits_in_whole_numbers_are_near_those_in_float32()
    {
        var classifier = ClassifierTrainer.Train(Small, new ClassifierOptions(Features: 256, Rank: 32), TestContext.Current.CancellationToken);
        var device = new TextClassifier(new ClassifierBlob(classifier.ToBlob()), 64);
        foreach (var sample in Small)
        {
            var utf8 = Encoding.UTF8.GetBytes(sample.Text);
            Assert.Equal(sample.Label, classifier.Labels[device.Classify(utf8, utf8.Length)]);
            foreach (var (expected, actual) in classifier.Logits(sample.Text).Zip(device.Logits)) Assert.Equal(expected, actual / 256f, 0.1f);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        byte[] Blob(int seed) => ClassifierTrainer.Train(Small, new ClassifierOptions(64, 8, Epochs: 2, Seed: seed), TestContext.Current.CancellationToken).ToBlob();

        Assert.Equal(Blob(1), Blob(1));
        Assert.NotEqual(Blob(1), Blob(2));
    }

    [Fact]
    public void Gradients_are_finite_differences_of_the_loss()
    {
        var network = new SignLayerNetwork(features: 5, rank: 8, classes: 3, useSigns: false, new Random(3));
        int[] channels = [0, 3, 3, 4];
        network.Pass(channels, new float[3], target: 1, samples: 1);
        foreach (var parameter in network.Parameters)
            for (var i = 0; i < parameter.Value.Length; i++)
            {
                var (value, step) = (parameter.Value[i], 1e-3f);
                double Loss(float at)
                {
                    parameter.Value[i] = at;
                    network.AfterStep();
                    var logits = new float[3];
                    network.Forward(channels, logits);
                    var sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
                    // The true class has 0.9 + 0.1 / 3 of the target, the others 0.1 / 3.
                    return logits.Select((logit, c) => (sum - logit) * (0.1 / 3 + (c == 1 ? 0.9 : 0))).Sum();
                }
                var slope = (Loss(value + step) - Loss(value - step)) / (2 * step);
                Loss(value);
                Assert.Equal(slope, parameter.Gradient[i], 2e-3 * (1 + Math.Abs(slope)));
            }
    }

    [Fact]
    public void A_file_keeps_labels_and_bytes()
    {
        var classifier = ClassifierTrainer.Train(Small, new ClassifierOptions(64, 8, Epochs: 1), TestContext.Current.CancellationToken);
        var (labels, blob) = ClassifierFile.Read(ClassifierFile.Write(classifier));

        Assert.Equal(["off", "on", "time"], labels);
        Assert.Equal(classifier.ToBlob(), blob.Bytes);
    }

    [Theory]
    [InlineData("lordba-classifier 2\n")]
    [InlineData("lordba-classifier 1\n")]
    [InlineData("lordba-classifier 1\nlabels a\n")]
    [InlineData("lordba-classifier 1\nblob !\n")]
    [InlineData("lordba-classifier 1\nlabel a\nblob TE5DMQ==\n")]
    public void A_damaged_file_is_one_error(string text) =>
        Assert.Equal(ClassifierError.BadFile, Assert.Throws<ClassifierException>(() => ClassifierFile.Read(text)).Error);

    [Fact]
    public void What_cannot_be_trained_on_is_refused()
    {
        ClassifierError Error(params ClassifierSample[] samples) =>
            Assert.Throws<ClassifierException>(() => ClassifierTrainer.Train(samples, new ClassifierOptions())).Error;

        Assert.Equal(ClassifierError.NoSamples, Error());
        Assert.Equal(ClassifierError.BadLabels, Error(new ClassifierSample("a", "x")));
        Assert.Equal(ClassifierError.TextTooLong, Error(new("a", "x"), new(new string('b', 1025), "y")));
    }

    private static List<ClassifierSample> Commands(string name) =>
        [.. File.ReadLines(SharedFiles.Require($"data/home-intents/{name}.jsonl")).Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            using var completion = JsonDocument.Parse(document.RootElement.GetProperty("completion").GetString()!);
            return new ClassifierSample(document.RootElement.GetProperty("prompt").GetString()!, completion.RootElement.GetProperty("intent").GetString()!);
        })];
}
