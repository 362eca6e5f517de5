namespace LoRDBA.Runtime.Tokenization;

/// <summary>Why a vocabulary, a text or a token id was refused.</summary>
public enum TokenizerError
{
    /// <summary>A kind of vocabulary that is not supported.</summary>
    UnsupportedVocabulary,
    /// <summary>A pre-tokenizer that is not supported.</summary>
    UnsupportedPreTokenizer,
    /// <summary>The parts of the vocabulary contradict one another: the file is incomplete or damaged.</summary>
    DamagedVocabulary,
    /// <summary>The tokens have more bytes together than can be held.</summary>
    VocabularyTooLarge,
    /// <summary>A token id that the vocabulary does not have.</summary>
    UnknownToken,
    /// <summary>A text has a character for which the vocabulary has no token.</summary>
    UnencodableText,
}

/// <summary>A model's vocabulary was refused, or a text or token id does not fit it.</summary>
public sealed class TokenizerException : LordbaException
{
    internal TokenizerException(TokenizerError error, string field, string message) : base($"{field}: {message}") => (Error, Field) = (error, field);

    /// <summary>The cause.</summary>
    public TokenizerError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("tokenizer", Error);

    /// <summary>What is wrong: the GGUF metadata key, or <c>text</c> or <c>token id</c> for what was to be encoded or decoded.</summary>
    public string Field { get; }
}
