using System.Buffers;
using System.Text;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// llama.cpp's rule for <c>default</c>, the name in files whose converter did not know the pre-tokenizer. Four patterns cut in turn, each
/// the pieces of the one before. Matches are pieces, and so are the stretches between matches:
/// <code>
/// [\p{P}$+&lt;=&gt;^~|]+     then Gpt2Rule's     then \p{N}+     then [0-9][0-9][0-9]
/// </code>
/// </summary>
internal static class DefaultRule
{
    private static readonly SearchValues<byte> Signs = SearchValues.Create("$+<=>^~|"u8);

    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        for (var position = 0; position < text.Length;)
        {
            var isPunctuation = IsPunctuation(text[position..], out var end);
            while (end < text.Length - position && IsPunctuation(text[(position + end)..], out var length) == isPunctuation) end += length;

            if (isPunctuation) ends.Add(offset + position + end);
            else PieceScan.Split(text.Slice(position, end), offset + position, ends, PieceLength);
            position += end;
        }
    }

    private static int PieceLength(ReadOnlySpan<byte> text)
    {
        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        if (CharacterClasses.First(text[start..], out _) != CharacterClass.Number) return Gpt2Rule.PieceLength(text);
        // GPT-2's pattern keeps a space with its number, the third takes it off again.
        return start == 1 ? start : NumberLength(text);
    }

    /// <summary>Three ASCII digits, or the numbers up to the next three.</summary>
    private static int NumberLength(ReadOnlySpan<byte> text)
    {
        if (IsThreeDigits(text)) return 3;
        var end = 0;
        while (end < text.Length && !IsThreeDigits(text[end..]) && CharacterClasses.First(text[end..], out var length) == CharacterClass.Number) end += length;
        return end;
    }

    private static bool IsThreeDigits(ReadOnlySpan<byte> text) => text.Length >= 3 && text[..3].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static bool IsPunctuation(ReadOnlySpan<byte> text, out int length)
    {
        Rune.DecodeFromUtf8(text, out var rune, out length);
        return Rune.IsPunctuation(rune) || Signs.Contains(text[0]);
    }
}
