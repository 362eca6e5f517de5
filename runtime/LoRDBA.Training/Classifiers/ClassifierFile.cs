using System.Text;
using LoRDBA.Nano;

namespace LoRDBA.Training.Classifiers;

/// <summary>
/// A classifier as text, which the generator makes code of (docs/nano.md):
/// <code>
/// lordba-classifier 1
/// label HassTurnOn              one line per class, in the order of the blob
/// blob TE5DMQ...                its bytes in base64, 120 characters per line at most
/// </code>
/// </summary>
public static class ClassifierFile
{
    private const string Header = "lordba-classifier 1";
    private const int BytesPerLine = 90;

    /// <summary>Writes a classifier as text.</summary>
    public static string Write(TrainedClassifier classifier)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var label in classifier.Labels) text.Append($"label {label}\n");
        foreach (var line in classifier.ToBlob().Chunk(BytesPerLine)) text.Append($"blob {Convert.ToBase64String(line)}\n");
        return text.ToString();
    }

    /// <summary>Reads labels and blob.</summary>
    /// <exception cref="ClassifierException">It is no classifier of this version, or damaged.</exception>
    public static (IReadOnlyList<string> Labels, ClassifierBlob Blob) Read(string text)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        if (lines[0] != Header) throw Bad($"line 1 is not '{Header}'. Write it with 'lordba tune-classifier' of this version.");
        List<string> labels = [];
        List<byte> bytes = [];
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("label ", StringComparison.Ordinal)) labels.Add(lines[i]["label ".Length..]);
            else if (lines[i].StartsWith("blob ", StringComparison.Ordinal)) bytes.AddRange(Base64(lines[i]["blob ".Length..], i + 1));
            else throw Bad($"line {i + 1} begins with neither 'label ' nor 'blob '. Copy the file again.");
        }
        try
        {
            var blob = new ClassifierBlob([.. bytes]);
            return labels.Count == blob.Classes ? (labels, blob) : throw Bad($"there are {labels.Count} labels for {blob.Classes} classes. Copy the file again.");
        }
        catch (NanoException e)
        {
            throw new ClassifierException(ClassifierError.BadFile, $"The classifier is damaged: {e.Message}", e);
        }
    }

    private static byte[] Base64(string text, int line)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new ClassifierException(ClassifierError.BadFile, $"The classifier is damaged: line {line} is no base64. Copy the file again.", e);
        }
    }

    private static ClassifierException Bad(string what) => new(ClassifierError.BadFile, $"The classifier is damaged: {what}");
}
