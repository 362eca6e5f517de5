using System.Globalization;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>Words around a request.</summary>
/// <param name="Before">Fit before an imperative.</param>
/// <param name="After">Fit after any request.</param>
/// <param name="NotBefore">How phrases begin that are no imperatives.</param>
internal sealed record Courtesies(string[] Before, string[] After, string[] NotBefore);

/// <summary>What the languages share in writing a sentence.</summary>
internal static class Sentence
{
    private const string Consonants = "bdfghklmnprstvwz";
    private const string Vowels = "aeiou";

    /// <summary>Fills the phrase; a third of the requests gets a courtesy before it, a sixth one after it, a third of all begins with a capital.</summary>
    public static string Write(Phrase phrase, DeviceName name, int? value, Courtesies courtesies, Random random)
    {
        var text = phrase.Text.Replace("{s}", name.Subject, StringComparison.Ordinal)
            .Replace("{o}", name.Object, StringComparison.Ordinal)
            .Replace("{v}", value?.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var isQuestion = text.EndsWith('?');
        var isImperative = !isQuestion && !courtesies.NotBefore.Any(start => phrase.Text.StartsWith(start, StringComparison.Ordinal));
        if (isImperative && random.Chance(1 / 3.0)) text = random.Pick(courtesies.Before) + text;
        if (!isQuestion && random.Chance(1 / 6.0)) text += random.Pick(courtesies.After);
        return random.Chance(1 / 3.0) ? Capital(text) : text;
    }

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Two or three syllables that mean nothing: what brands and nicknames look like to a model.</summary>
    public static string MadeUpWord(Random random)
    {
        var word = "";
        for (var syllable = random.Next(2, 4); syllable > 0; syllable--)
            word += $"{Consonants[random.Next(Consonants.Length)]}{Vowels[random.Next(Vowels.Length)]}";
        return random.Chance(0.4) ? word + Consonants[random.Next(Consonants.Length)] : word;
    }
}
