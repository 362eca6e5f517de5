namespace LoRDBA.Runtime.Tokenization;

/// <summary>Turns text without special tokens into tokens. Immutable.</summary>
internal interface ITextEncoder
{
    /// <summary>
    /// Appends the tokens of a text that begins a document or follows a special token. A character for which there is none becomes
    /// <see cref="Vocabulary.UnknownId"/>.
    /// </summary>
    /// <param name="text">Valid UTF-8, not empty.</param>
    /// <param name="work">What the call needs; the caller may use it again.</param>
    /// <param name="ids">Receives the tokens.</param>
    /// <param name="lacking">The first byte that can be no token at all.</param>
    /// <returns>Whether there is no such byte.</returns>
    bool TryEncode(ReadOnlySpan<byte> text, MergeList work, List<int> ids, out int lacking);
}
