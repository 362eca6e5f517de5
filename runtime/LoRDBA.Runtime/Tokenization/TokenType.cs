namespace LoRDBA.Runtime.Tokenization;

/// <summary>What a token is, numbered as in <c>tokenizer.ggml.token_type</c> of a GGUF file.</summary>
public enum TokenType : byte
{
    /// <summary>The file does not say.</summary>
    Undefined = 0,
    /// <summary>A piece of text.</summary>
    Normal = 1,
    /// <summary>Stands for what the vocabulary cannot express.</summary>
    Unknown = 2,
    /// <summary>A mark such as the end of a turn; not part of the text.</summary>
    Control = 3,
    /// <summary>A piece of text that is never split.</summary>
    UserDefined = 4,
    /// <summary>A place held free.</summary>
    Unused = 5,
    /// <summary>A single byte.</summary>
    Byte = 6,
}
