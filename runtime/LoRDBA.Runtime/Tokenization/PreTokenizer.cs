namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Cuts a text into the pieces that are encoded one by one: appends the end of each piece to <paramref name="ends"/>,
/// counted from <paramref name="offset"/> bytes before the start of <paramref name="text"/>. The pieces cover the text.
/// </summary>
/// <param name="text">Valid UTF-8.</param>
/// <param name="offset">Added to every end.</param>
/// <param name="ends">Receives the ends.</param>
internal delegate void PreTokenizerRule(ReadOnlySpan<byte> text, int offset, List<int> ends);

/// <summary>The rules by their names in <c>tokenizer.ggml.pre</c>: a new one is a file and a row here.</summary>
internal static class PreTokenizer
{
    private const string Key = "tokenizer.ggml.pre";

    private static readonly (string Name, PreTokenizerRule Rule)[] Rules =
    [
        ("gpt-2", Gpt2Rule.Split),
        ("smollm", SmollmRule.Split),
    ];

    /// <summary>The rule that a model asks for.</summary>
    /// <exception cref="TokenizerException">There is no such rule: tokens would be wrong without a sign of it.</exception>
    public static PreTokenizerRule Named(string name)
    {
        foreach (var (known, rule) in Rules)
            if (known == name) return rule;
        throw new TokenizerException(Key, $"the pre-tokenizer \"{name}\" is not supported; {string.Join(", ", Rules.Select(row => row.Name))} are. Use a model with one of these.");
    }
}
