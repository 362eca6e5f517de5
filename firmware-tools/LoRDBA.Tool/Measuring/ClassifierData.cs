using System.Globalization;
using System.Text.Json;
using LoRDBA.Nano;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Classifiers;

namespace LoRDBA.Tool.Measuring;

/// <summary>A line of text and label; <c>prompt</c> and <c>completion</c> are other names of both.</summary>
internal sealed record ClassifierLine(string? Text, string? Label, string? Prompt, string? Completion);

/// <summary>
/// Reads samples of a classifier. JSONL: <c>text</c> and <c>label</c>. CSV (a name that ends in .csv): a label, then the whole numbers of a
/// window, which become letters (<see cref="Samples"/>). Every refusal names file and line.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="field">The label is this field of a label that is JSON; null: the label as it is.</param>
internal sealed class ClassifierData(string path, string? field)
{
    /// <summary>The widest difference of two samples of a window.</summary>
    private const int MostRange = 1 << 27;

    /// <summary>All lines; empty ones are skipped.</summary>
    /// <exception cref="EvalDataException">A line is not as it has to be, or there is none.</exception>
    /// <exception cref="TextFileException">The file is no text.</exception>
    public List<ClassifierSample> Read()
    {
        var isCsv = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        List<ClassifierSample> samples = [];
        foreach (var (i, line) in TextFile.ReadLines(path).Index())
            if (!string.IsNullOrWhiteSpace(line)) samples.Add(isCsv ? Window(line, i + 1) : Sentence(line, i + 1));
        return samples.Count > 0 ? samples : throw new EvalDataException(EvalDataError.Empty, $"{path}: there is no line in it.");
    }

    private ClassifierSample Sentence(string line, int number)
    {
        try
        {
            var parsed = JsonSerializer.Deserialize(line, JsonOutput.Types.ClassifierLine) ?? throw new JsonException("null is no object.");
            var text = parsed.Text ?? parsed.Prompt;
            var label = parsed.Label ?? parsed.Completion;
            if (string.IsNullOrEmpty(text)) throw Error(EvalDataError.MissingText, number, "has no text 'text' (or 'prompt').");
            if (string.IsNullOrEmpty(label)) throw Error(EvalDataError.MissingText, number, "has no text 'label' (or 'completion').");
            return new ClassifierSample(text, CheckedLabel(field is null ? label : FieldOf(label, number), number));
        }
        catch (JsonException e)
        {
            throw Error(EvalDataError.BadLine, number, $"is no JSON object with a text and a label. {e.Message}", e);
        }
    }

    private string FieldOf(string label, int number)
    {
        using var document = JsonDocument.Parse(label);
        var hasField = document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty(field!, out var value) && value.ValueKind == JsonValueKind.String;
        return hasField ? document.RootElement.GetProperty(field!).GetString()! : throw Error(EvalDataError.MissingText, number, $"has no text '{field}' in its label.");
    }

    private ClassifierSample Window(string line, int number)
    {
        var cells = line.Split(',');
        var samples = new int[cells.Length - 1];
        if (samples.Length == 0) throw Error(EvalDataError.BadLine, number, "has no samples: write a label, then whole numbers, with commas between.");
        for (var i = 0; i < samples.Length; i++)
            if (!int.TryParse(cells[i + 1], NumberStyles.Integer, CultureInfo.InvariantCulture, out samples[i]))
                throw Error(EvalDataError.BadLine, number, $"has '{cells[i + 1]}' where a whole number is to be.");
        if ((long)samples.Max() - samples.Min() >= MostRange) throw Error(EvalDataError.BadLine, number, $"has samples that are {MostRange} apart or more: scale the signal down.");
        var letters = new byte[samples.Length];
        Samples.ToLetters(samples, samples.Length, letters);
        return new ClassifierSample(System.Text.Encoding.ASCII.GetString(letters), CheckedLabel(cells[0].Trim(), number));
    }

    /// <summary>A label is a line of the file that is written.</summary>
    private string CheckedLabel(string label, int number) =>
        label.Length > 0 && !label.Any(char.IsControl) ? label : throw Error(EvalDataError.BadLine, number, "has a label that is empty or more than a line.");

    private EvalDataException Error(EvalDataError error, int number, string message, Exception? inner = null) => new(error, $"{path}: line {number} {message}", inner);
}
