using System.CommandLine;
using System.Text;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Classifiers;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba tune-classifier TRAIN -o FILE.classifier</c>: a classifier for a microcontroller.</summary>
internal sealed class TuneClassifierCommand : Verb
{
    private const string Purpose =
        "Trains a classifier of short texts or of windows of a signal that a microcontroller runs: hashed n-grams, one double-binary layer in whole numbers.";

    private const string ExampleLines = """
        lordba tune-classifier train.jsonl -o home.classifier --test test.jsonl --compare
        lordba tune-classifier intents.jsonl -o home.classifier --label-field intent --rank 32
        lordba tune-classifier vibration.csv -o vibration.classifier --json
        """;

    private readonly Argument<string> train = new("TRAIN") { Description = "JSONL with text and label, or CSV with a label and the samples of a window" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The file to write, which the generator makes code of", HelpName = "FILE.classifier", Required = true };
    private readonly Option<string> test = new("--test") { Description = "Lines of the same form that are only measured", HelpName = "FILE" };
    private readonly Option<string> field = new("--label-field") { Description = "The label is this field of labels that are JSON", HelpName = "NAME" };
    private readonly Option<bool> compare = new("--compare") { Description = "Also train and measure the shape in float32 and dense layers; needs --test" };
    private readonly Option<int> features = NumberOption.Of("--features", "Channels that n-grams are hashed to", 1024, 1, ushort.MaxValue);
    private readonly Option<int> rank = NumberOption.Of("--rank", "Ranks of the layer, a multiple of 8", 64, 8, 248);
    private readonly Option<int> epochs = NumberOption.Of("--epochs", "How often each line is seen", 40, 1, 10_000);
    private readonly Option<float> margin = NumberOption.Of("--margin", "Below this margin the answer is unknown: a natural logarithm of odds", 0.7f, 0f, 255f);
    private readonly Option<int> seed = NumberOption.Of("--seed", "The same seed gives the same bytes on one kind of processor", 0, 0, int.MaxValue);

    public TuneClassifierCommand(ToolContext context) : base("tune-classifier", Purpose, ExampleLines, context)
    {
        // What is out of range the option itself refuses.
        rank.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is >= 8 and <= 248 && number % 8 != 0)
                result.AddError($"--rank takes a multiple of 8, not {number}.");
        });
        Validators.Add(result =>
        {
            if (result.GetValue(compare) && result.GetValue(test) is null) result.AddError("--compare needs --test: there is nothing to measure on.");
        });
        Add(train);
        foreach (var option in (Option[])[output, test, field, compare, features, rank, epochs, margin, seed]) Add(option);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var path = arguments.GetRequiredValue(output);
        WillWrite(path);
        var options = new ClassifierOptions(
            arguments.GetValue(features), arguments.GetValue(rank), Epochs: arguments.GetValue(epochs), Margin: arguments.GetValue(margin), Seed: arguments.GetValue(seed));
        var samples = new ClassifierData(arguments.GetRequiredValue(train), arguments.GetValue(field)).Read();
        var held = arguments.GetValue(test) is { } file ? new ClassifierData(file, arguments.GetValue(field)).Read() : null;

        var classifier = ClassifierTrainer.Train(samples, options, Context.Interrupted);
        var comparison = held is null ? null : ClassifierComparison.Of(classifier, held);
        if (arguments.GetValue(compare)) comparison = comparison!.WithBaselines(samples, held!, options, Context.Interrupted);
        var text = ClassifierFile.Write(classifier);
        WholeFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        var result = new TuneClassifierResult(path, classifier.ToBlob().Length, classifier.Labels, samples.Count, comparison);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.TuneClassifierResult);
        else Print(result);
    }

    private void Print(TuneClassifierResult result)
    {
        Context.Out.WriteLine($"{result.Output}: {result.Labels.Count} classes, {FactList.Bytes(result.Bytes)}, of {result.Lines} lines");
        if (result.Test is not { } measured) return;
        string Share(int part, int all) => all == 0 ? "-" : FormattableString.Invariant($"{100.0 * part / all:0.0} %");
        TableOutput.Write(
            Context, ["test", "#bytes", "#correct", "#share"],
            measured.Scores.Select(score => (string[])[score.Name, FactList.Number(score.Bytes), $"{score.Correct} of {measured.Samples}", Share(score.Correct, measured.Samples)]));
        Context.Out.WriteLine($"not \"unknown\": {Share(measured.Answered, measured.Samples)}, of which right: {Share(measured.AnsweredCorrectly, measured.Answered)}");
        Context.Out.WriteLine($"same class from whole numbers and float32: {Share(measured.Agreeing, measured.Samples)}");
    }
}

/// <summary>What <c>tune-classifier</c> prints.</summary>
/// <param name="Output">The file written.</param>
/// <param name="Bytes">Of the blob within.</param>
/// <param name="Labels">The classes.</param>
/// <param name="Lines">Trained on.</param>
/// <param name="Test">How well; absent without test lines.</param>
internal sealed record TuneClassifierResult(string Output, int Bytes, IReadOnlyList<string> Labels, int Lines, ClassifierComparison? Test);
