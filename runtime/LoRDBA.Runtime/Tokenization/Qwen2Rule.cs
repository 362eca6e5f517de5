namespace LoRDBA.Runtime.Tokenization;

/// <summary>The pre-tokenizer of Qwen 2, 2.5 and 3: <see cref="Cl100kRule"/> with each digit by itself.</summary>
internal static class Qwen2Rule
{
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends) =>
        PieceScan.Split(text, offset, ends, static rest => Cl100kRule.PieceLength(rest, maxDigits: 1));
}
