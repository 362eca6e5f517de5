namespace LoRDBA.Runtime.Tokenization;

/// <summary>The pre-tokenizer of Llama 3: <see cref="Cl100kRule"/> with numbers in groups of three from the left.</summary>
internal static class Llama3Rule
{
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends) =>
        PieceScan.Split(text, offset, ends, static rest => Cl100kRule.PieceLength(rest, maxDigits: 3));
}
