using System.Text;
using LoRDBA.Nano;

namespace LoRDBA.Training.Classifiers;

/// <summary>Samples as numbers.</summary>
/// <param name="Labels">The classes, in ordinal order.</param>
/// <param name="Texts">The n-grams of each sample, as channels.</param>
/// <param name="Targets">The class of each.</param>
internal sealed record EncodedSamples(IReadOnlyList<string> Labels, int[][] Texts, int[] Targets)
{
    /// <summary>Hashes all texts.</summary>
    /// <exception cref="ClassifierException">There are no samples, fewer than 2 labels or more than 255, or a text is too long.</exception>
    public static EncodedSamples Of(IReadOnlyList<ClassifierSample> samples, ClassifierOptions options)
    {
        if (samples.Count == 0) throw new ClassifierException(ClassifierError.NoSamples, "There are no samples to train on. Give lines with a text and its label.");
        var labels = samples.Select(sample => sample.Label).Distinct().Order(StringComparer.Ordinal).ToList();
        if (labels.Count is < 2 or > byte.MaxValue)
            throw new ClassifierException(ClassifierError.BadLabels, $"The samples have {labels.Count} labels; a classifier has 2 to 255. Add samples of another label, or join labels.");
        return new(
            labels,
            [.. samples.Select(sample => Channels(sample.Text, options))],
            [.. samples.Select(sample => labels.BinarySearch(sample.Label, StringComparer.Ordinal))]);
    }

    /// <summary>The n-grams of a text.</summary>
    /// <exception cref="ClassifierException">The text is too long.</exception>
    public static int[] Channels(string text, ClassifierOptions options)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length > ClassifierOptions.LongestText)
            throw new ClassifierException(ClassifierError.TextTooLong, $"A text has {utf8.Length} bytes; a classifier reads {ClassifierOptions.LongestText}. Shorten it: {text[..40]}...");
        var grams = new HashedGrams(options.Features, options.LeastGram, options.MostGram, utf8.Length);
        return [.. grams.Channels.Take(grams.Read(utf8, utf8.Length)).Select(channel => (int)channel)];
    }
}
