using System.Text;
using System.Text.RegularExpressions;

namespace LoRDBA.Examples.SmartHome.Training.Tokens;

/// <summary>
/// Learns a byte-level BPE vocabulary (arXiv 1508.07909; bytes written as visible characters as GPT-2 does): the 256 bytes, then
/// again and again the most frequent neighbouring pair joined into one token. The text is cut into words as the
/// <c>smollm</c> pre-tokenizer of the GGUF world cuts it: every digit for itself, then GPT-2's pattern.
/// </summary>
internal sealed partial class BpeTrainer
{
    private readonly Dictionary<string, int> counts = [];

    /// <summary>The 256 bytes as characters: the visible Latin-1 ones stand for themselves, the others move to U+0100 and up.</summary>
    public static IReadOnlyList<char> ByteCharacters { get; } = MapBytes();

    public void Add(string text)
    {
        foreach (Match match in Words().Matches(text))
        {
            var word = string.Concat(Encoding.UTF8.GetBytes(match.Value).Select(b => ByteCharacters[b]));
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }
    }

    /// <summary>The merges in order, each "left right"; a tie goes to the pair that is smaller in ordinal order.</summary>
    public IReadOnlyList<string> Train(int mergeCount)
    {
        var words = counts.OrderBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => (Symbols: word.Key.Select(c => c.ToString()).ToList(), Count: word.Value)).ToList();
        var merges = new List<string>();
        while (merges.Count < mergeCount)
        {
            var pairs = new Dictionary<(string Left, string Right), long>();
            foreach (var (symbols, count) in words)
            {
                for (var i = 1; i < symbols.Count; i++)
                    pairs[(symbols[i - 1], symbols[i])] = pairs.GetValueOrDefault((symbols[i - 1], symbols[i])) + count;
            }

            var best = pairs.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Left, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Right, StringComparer.Ordinal).First().Key;
            merges.Add($"{best.Left} {best.Right}");
            foreach (var (symbols, _) in words)
                Merge(symbols, best.Left, best.Right);
        }

        return merges;
    }

    private static void Merge(List<string> symbols, string left, string right)
    {
        for (var i = 1; i < symbols.Count; i++)
        {
            if (symbols[i - 1] != left || symbols[i] != right)
                continue;
            symbols[i - 1] = left + right;
            symbols.RemoveAt(i);
        }
    }

    private static char[] MapBytes()
    {
        var characters = new char[256];
        var moved = '\u0100';
        for (var b = 0; b < 256; b++)
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : moved++;
        return characters;
    }

    [GeneratedRegex(@"\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
