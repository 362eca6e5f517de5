using System.Text;
using System.Text.RegularExpressions;

namespace LoRDBA.Fuzz.Mutation;

/// <summary>Changes a text of words, numbers and marks (a template, JSON) by whole words, some of which it knows.</summary>
internal sealed partial class TextMutator(string[] words)
{
    private const int MaxRepeats = 64;

    private static readonly string[] Odd = ["\0", "\u00e9", "\u2581", "\ufffd", "\U0001F600", "\\ud800", "\\u0000", "'", "\"", "\n", "\r\n", " ", "-", "0.5", "1e999", "18446744073709551616", "-9223372036854775808"];

    /// <inheritdoc cref="Mutator"/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(8) == 0) return ByteMutator.Mutate(input, other, random);
        var parts = Parts(input);
        for (var i = random.Next(1, 5); i > 0; i--) Change(parts, other, random);
        return Encoding.UTF8.GetBytes(string.Concat(parts));
    }

    private void Change(List<string> parts, byte[] other, Random random)
    {
        var (start, end) = Chance.Range(random, Math.Min(parts.Count, 1 << random.Next(12)));
        switch (random.Next(7))
        {
            case 0:
                parts.Insert(start, Chance.Of(random, words));
                break;
            case 1:
                parts.Insert(start, random.Next(3) == 0 ? ((long)Chance.Number(random)).ToString() : Chance.Of(random, Odd));
                break;
            case 2 when start < parts.Count:
                parts[start] = Chance.Of(random, words);
                break;
            case 3:
                parts.RemoveRange(start, end - start);
                break;
            case 4:
                var repeated = Enumerable.Repeat(parts.GetRange(start, Math.Min(8, end - start)), random.Next(1, MaxRepeats)).SelectMany(range => range);
                parts.InsertRange(start, [.. repeated]);
                break;
            case 5:
                var donors = Parts(other);
                var (from, to) = Chance.Range(random, donors.Count);
                parts.InsertRange(start, donors[from..to]);
                break;
            default:
                if (start < parts.Count && char.IsDigit(parts[start][0])) parts[start] = Chance.Number(random).ToString();
                break;
        }
    }

    private static List<string> Parts(byte[] text) => [.. Word().Matches(Encoding.UTF8.GetString(text)).Select(match => match.Value)];

    [GeneratedRegex(@"\w+|\s+|\{[{%#]-?|-?[%}#]\}|.", RegexOptions.Singleline)]
    private static partial Regex Word();
}
