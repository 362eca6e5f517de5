namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The pre-tokenizer of GPT-2 (Radford et al. 2019), as a scan by hand because .NET's regular expressions see UTF-16 units
/// and so miss the classes of characters beyond U+FFFF:
/// <code>
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// </code>
/// </summary>
internal static class Gpt2Rule
{
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        for (var position = 0; position < text.Length;)
        {
            position += PieceLength(text[position..]);
            ends.Add(offset + position);
        }
    }

    private static int PieceLength(ReadOnlySpan<byte> text)
    {
        var contraction = ContractionLength(text);
        if (contraction > 0) return contraction;

        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = CharacterClasses.First(text[start..], out _);
        return kind == CharacterClass.Space ? SpaceLength(text) : start + RunLength(text[start..], kind);
    }

    private static int ContractionLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\'') return 0;
        if (text[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d') return 2;
        return text.StartsWith("'re"u8) || text.StartsWith("'ve"u8) || text.StartsWith("'ll"u8) ? 3 : 0;
    }

    private static int RunLength(ReadOnlySpan<byte> text, CharacterClass kind)
    {
        var end = 0;
        while (end < text.Length && CharacterClasses.First(text[end..], out var length) == kind) end += length;
        return end;
    }

    /// <summary>
    /// The white space at the start, but before other text without its last character: that one is left for
    /// <c> ?\p{L}+</c> and the like (if it is the only one, there is nothing to leave it to but <c>\s+</c>).
    /// </summary>
    private static int SpaceLength(ReadOnlySpan<byte> text)
    {
        var (lastStart, end) = (0, 0);
        while (end < text.Length && CharacterClasses.First(text[end..], out var length) == CharacterClass.Space)
        {
            lastStart = end;
            end += length;
        }
        return end == text.Length || lastStart == 0 ? end : lastStart;
    }
}
