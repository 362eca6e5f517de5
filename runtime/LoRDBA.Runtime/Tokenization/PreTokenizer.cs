using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Cuts a text into the pieces that are encoded one by one: appends the end of each piece to <paramref name="ends"/>,
/// counted from <paramref name="offset"/> bytes before the start of <paramref name="text"/>. The pieces cover the text.
/// </summary>
/// <param name="text">Valid UTF-8.</param>
/// <param name="offset">Added to every end.</param>
/// <param name="ends">Receives the ends.</param>
internal delegate void PreTokenizerRule(ReadOnlySpan<byte> text, int offset, List<int> ends);

/// <summary>How byte-level models differ, by the name in <c>tokenizer.ggml.pre</c>: a new one is a file and a row here.</summary>
/// <param name="Name">The name.</param>
/// <param name="Split">The rule.</param>
/// <param name="WholeFirst">Whether a piece that is a token is that token, even if the merges would not make it.</param>
/// <param name="AddBos">Whether every text begins with the token for that, where the file does not say.</param>
internal sealed record PreTokenizer(string Name, PreTokenizerRule Split, bool WholeFirst = false, bool AddBos = false)
{
    private const string Key = "tokenizer.ggml.pre";

    private static readonly PreTokenizer[] All =
    [
        new("gpt-2", Gpt2Rule.Split),
        new("smollm", SmollmRule.Split),
        new("llama-bpe", Llama3Rule.Split, WholeFirst: true, AddBos: true),
        new("llama3", Llama3Rule.Split, WholeFirst: true, AddBos: true),
        new("llama-v3", Llama3Rule.Split, WholeFirst: true, AddBos: true),
        new("qwen2", Qwen2Rule.Split),
        new("deepseek-r1-qwen", Qwen2Rule.Split),
        new("default", DefaultRule.Split),
    ];

    /// <summary>The one that a model asks for.</summary>
    /// <exception cref="TokenizerException">It is not known: tokens would be wrong without a sign of it.</exception>
    /// <exception cref="GgufException">The key is absent or of a wrong type.</exception>
    public static PreTokenizer Of(GgufMetadata metadata) => Named(metadata.GetString(Key));

    /// <inheritdoc cref="Of"/>
    public static PreTokenizer Named(string name)
    {
        foreach (var known in All)
            if (known.Name == name) return known;
        throw new TokenizerException(TokenizerError.UnsupportedPreTokenizer, Key, $"the pre-tokenizer \"{name}\" is not supported; {string.Join(", ", All.Select(row => row.Name))} are. Use a model with one of these.");
    }
}
