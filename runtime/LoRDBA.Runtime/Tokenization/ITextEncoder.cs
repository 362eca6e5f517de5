namespace LoRDBA.Runtime.Tokenization;

/// <summary>Turns text without special tokens into tokens. Immutable.</summary>
internal interface ITextEncoder
{
    /// <summary>Appends the tokens of a text that begins a document or follows a special token.</summary>
    /// <param name="text">Valid UTF-8, not empty.</param>
    /// <param name="work">What the call needs; the caller may use it again.</param>
    /// <param name="ids">Receives the tokens.</param>
    void Encode(ReadOnlySpan<byte> text, MergeList work, List<int> ids);
}
