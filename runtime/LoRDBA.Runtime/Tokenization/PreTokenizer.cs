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

/// <summary>How byte-level models differ, by the name in <c>tokenizer.ggml.pre</c>: a new one is a row here.</summary>
/// <param name="Names">The names.</param>
/// <param name="Split">The rule.</param>
/// <param name="WholeFirst">Whether a piece that is a token is that token, even if the merges would not make it.</param>
/// <param name="AddBos">Whether every text begins with the token for that, where the file does not say.</param>
internal sealed record PreTokenizer(string[] Names, PreTokenizerRule Split, bool WholeFirst = false, bool AddBos = false)
{
    /// <summary>Where the name is.</summary>
    public const string Key = "tokenizer.ggml.pre";

    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Contraction = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Before = @"[^\r\n\p{L}\p{N}]?";
    private const string Spaces = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string AsciiWord = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+", WideText = @"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+";
    private const string Bloom = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

    private static readonly PreTokenizer[] All =
    [
        // Rules that are scanned by hand.
        new(["gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "gigachat", "a.x-4.0", "mellum", "exaone4", "granite-docling", "modern-bert", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de"], Gpt2Rule.Split),
        new(["smollm", "command-r", "starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"], SmollmRule.Split),
        new(["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"], Llama3Rule.Split, WholeFirst: true, AddBos: true),
        new(["smaug-bpe", "dbrx", "glm4", "chatglm-bpe"], Llama3Rule.Split),
        new(["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "kormo", "f2llmv2", "hunyuan", "solar-open", "grok-2"], Qwen2Rule.Split),
        new(["default"], DefaultRule.Split),
        // The others are as published: each by the tokenizer.json of the model that comments name.
        Published(["tekken"], $@"{Before}{Upper}*{Lower}+|{Before}{Upper}+{Lower}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Spaces}") with { WholeFirst = true, AddBos = true }, // Mistral-Nemo
        Published(["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], // o200k_base of OpenAI's tiktoken; Llama-4-Scout
            $@"{Before}{Upper}*{Lower}+{Contraction}?|{Before}{Upper}+{Lower}*{Contraction}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Spaces}"),
        Published(["falcon"], @"[\p{P}$+<=>\^~|`]+", Gpt2, "[0-9][0-9][0-9]"), // falcon-7b
        Published(["deepseek-llm"], // deepseek-llm-7b-base
            @"[\r\n]",
            // Some letters are written as their numbers, because editors exchange them for letters that look the same.
            "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+",
            "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+",
            @"\s+$",
            "[一-龥\u0800-一가-\uD7FF]+",
            @"\p{N}+"),
        Published(["deepseek-coder"], @"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[一-龥\u0800-一가-\uD7FF]+", @"\p{N}"), // deepseek-coder-6.7b-base
        Published(["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"], @"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", $@"{AsciiWord}|{WideText}| ?[\p{{P}}\p{{S}}]+[\r\n]*|{Spaces}"), // DeepSeek-V3
        Published(["bloom", "poro-chat", "gpt3-finnish"], Bloom), // bloom
        Published(["viking"], Bloom, @"\p{N}"), // Viking-7B
        Published(["bailingmoe", "bailingmoe2", "llada-moe"], $@"{Contraction}|{Before}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"), // Ling-lite
        Published(["seed-coder"], $@"{Contraction}|{Before}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+|{Spaces}"), // Seed-Coder-8B
        Published(["qwen35"], $@"{Contraction}|{Before}[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{Spaces}"), // Qwen3.5
        Published(["ufakzeka"], $@"{Before}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Spaces}"), // as Qwen2, without contractions
        Published(["laguna"], @"[^\n]+|[\n]+", $@"{Contraction}|{Before}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Spaces}"),
        Published(["minicpm5"], @"\p{N}{1,3}", $@"{Contraction}|{Before}\p{{L}}+|\p{{N}}+| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Spaces}") with { WholeFirst = true }, // MiniCPM5-1B
        Published(["jais-2"], // Jais-2
            $@"{Contraction}|{Before}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s{{512}}(?!\S)|\s{{256}}(?!\S)|\s{{128}}(?!\S)|\s{{64}}(?!\S)|\s{{32}}(?!\S)|\s{{16}}(?!\S)|\s{{8}}(?!\S)|\s{{4}}(?!\S)|\s{{1,2}}(?!\S)|\s"),
    ];

    /// <summary>The expressions of a rule that is written as such; empty for one that is scanned by hand.</summary>
    public string[] Expressions { get; private init; } = [];

    /// <summary>All rules.</summary>
    public static IReadOnlyList<PreTokenizer> Rules => All;

    /// <summary>Whether a model names one. Early converters did not.</summary>
    public static bool IsNamedIn(GgufMetadata metadata) => metadata.TryGetString(Key, out var name) && name.Length > 0;

    /// <summary>The one that a model asks for; <c>default</c> if it names none.</summary>
    /// <exception cref="TokenizerException">It is not known: tokens would be wrong without a sign of it.</exception>
    /// <exception cref="GgufException">The key is of a wrong type.</exception>
    public static PreTokenizer Of(GgufMetadata metadata) => Named(IsNamedIn(metadata) ? metadata.GetString(Key) : "default");

    /// <inheritdoc cref="Of"/>
    public static PreTokenizer Named(string name)
    {
        foreach (var known in All)
            if (known.Names.Contains(name)) return known;
        throw new TokenizerException(TokenizerError.UnsupportedPreTokenizer, Key,
            $"the pre-tokenizer \"{name}\" is not supported; {string.Join(", ", All.SelectMany(row => row.Names))} are. Use a model with one of these.");
    }

    private static PreTokenizer Published(string[] names, params string[] expressions)
    {
        // Parsed when a model asks for it: most programs need one rule of them all, or none.
        var parsed = new Lazy<PieceExpression[]>(() => [.. expressions.Select(expression => new PieceExpression(expression))]);
        return new(names, (text, offset, ends) => PieceExpression.Split(parsed.Value, text, offset, ends)) { Expressions = expressions };
    }
}
