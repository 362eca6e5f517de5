namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The pattern of OpenAI's cl100k_base, from which <see cref="Llama3Rule"/> and <see cref="Qwen2Rule"/> differ in n only:
/// <code>
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// </code>
/// </summary>
internal static class Cl100kRule
{
    /// <summary>The length of the piece at the start of <paramref name="text"/>, which is not empty.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="maxDigits">The most characters of <c>\p{N}</c> in a piece.</param>
    public static int PieceLength(ReadOnlySpan<byte> text, int maxDigits)
    {
        var contraction = PieceScan.ContractionLength(text, ignoreCase: true);
        if (contraction > 0) return contraction;

        var kind = CharacterClasses.First(text, out var first);
        if (kind == CharacterClass.Letter) return PieceScan.RunLength(text, CharacterClass.Letter);
        if (kind == CharacterClass.Number) return PieceScan.RunLength(text, CharacterClass.Number, maxDigits);

        var letters = IsLineBreak(text[0]) ? 0 : PieceScan.RunLength(text[first..], CharacterClass.Letter);
        if (letters > 0) return first + letters;

        var start = text[0] == ' ' ? 1 : 0;
        var others = PieceScan.RunLength(text[start..], CharacterClass.Other);
        if (others > 0) return WithLineBreaks(text, start + others);

        var lines = LineBreakLength(text);
        return lines > 0 ? lines : PieceScan.SpaceLength(text);
    }

    private static int WithLineBreaks(ReadOnlySpan<byte> text, int end)
    {
        while (end < text.Length && IsLineBreak(text[end])) end++;
        return end;
    }

    /// <summary><c>\s*[\r\n]+</c>: white space up to the last line break in it.</summary>
    private static int LineBreakLength(ReadOnlySpan<byte> text) =>
        text[..PieceScan.RunLength(text, CharacterClass.Space)].LastIndexOfAny((byte)'\r', (byte)'\n') + 1;

    private static bool IsLineBreak(byte character) => character is (byte)'\r' or (byte)'\n';
}
