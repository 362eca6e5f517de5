namespace LoRDBA.Runtime.Tokenization;

/// <summary>The length in bytes of the piece at the start of <paramref name="text"/>, which is not empty: at least 1.</summary>
internal delegate int PieceLength(ReadOnlySpan<byte> text);

/// <summary>
/// What the rules have in common. They are scans by hand because .NET's regular expressions see UTF-16 units and so miss the
/// classes of characters beyond U+FFFF.
/// </summary>
internal static class PieceScan
{
    /// <summary>Cuts a text into pieces of which each begins where the one before ends.</summary>
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends, PieceLength pieceLength)
    {
        for (var position = 0; position < text.Length;)
        {
            position += pieceLength(text[position..]);
            ends.Add(offset + position);
        }
    }

    /// <summary><c>'s|'t|'re|'ve|'m|'ll|'d</c>: its length, 0 if the text does not begin with one.</summary>
    public static int ContractionLength(ReadOnlySpan<byte> text, bool ignoreCase)
    {
        if (text.Length < 2 || text[0] != '\'') return 0;
        // In ASCII bit 5 is all that makes a letter small, and no other character becomes a small letter by it.
        var caseBit = ignoreCase ? 0x20 : 0;
        var first = text[1] | caseBit;
        if (first is 's' or 't' or 'm' or 'd') return 2;
        if (text.Length < 3) return 0;
        return (first, text[2] | caseBit) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    /// <summary>The characters of one class at the start, at most <paramref name="maxCount"/> of them.</summary>
    public static int RunLength(ReadOnlySpan<byte> text, CharacterClass kind, int maxCount = int.MaxValue)
    {
        var end = 0;
        for (var count = 0; count < maxCount && end < text.Length && CharacterClasses.First(text[end..], out var length) == kind; count++) end += length;
        return end;
    }

    /// <summary>
    /// <c>\s+(?!\S)|\s+</c>: the white space at the start. Before other text, its last character is left for <c> ?\p{L}+</c> and the like;
    /// a single character of white space is a piece of its own.
    /// </summary>
    public static int SpaceLength(ReadOnlySpan<byte> text)
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
