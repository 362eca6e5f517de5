namespace LoRDBA.Runtime.Tokenization;

/// <summary>The kinds of vocabularies, by <c>tokenizer.ggml.model</c>.</summary>
internal enum VocabularyKind : byte
{
    /// <summary><c>gpt2</c>: byte-pair encoding over bytes, with merges and a pre-tokenizer.</summary>
    ByteLevel,
    /// <summary><c>llama</c>: SentencePiece's byte-pair encoding over characters, with scores.</summary>
    SentencePiece,
}
