namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The pre-tokenizer of GPT-2 (Radford et al. 2019):
/// <code>
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// </code>
/// </summary>
internal static class Gpt2Rule
{
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends) => PieceScan.Split(text, offset, ends, PieceLength);

    /// <inheritdoc cref="Tokenization.PieceLength"/>
    public static int PieceLength(ReadOnlySpan<byte> text)
    {
        var contraction = PieceScan.ContractionLength(text, ignoreCase: false);
        if (contraction > 0) return contraction;

        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = CharacterClasses.First(text[start..], out _);
        return kind == CharacterClass.Space ? PieceScan.SpaceLength(text) : start + PieceScan.RunLength(text[start..], kind);
    }
}
