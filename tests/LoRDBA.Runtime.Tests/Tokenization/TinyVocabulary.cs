using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tests.Tokenization;

/// <summary>A small vocabulary to be computed with by hand: <c>with</c> it, change what a test is about, and build the file.</summary>
internal sealed record TinyVocabulary
{
    public string Model { get; init; } = "gpt2";
    public string Pre { get; init; } = "gpt-2";
    public string[] Tokens { get; init; } = [];
    public int[]? Types { get; init; }
    public float[]? Scores { get; init; }
    public string[] Merges { get; init; } = [];
    public (string Key, int Id)[] Ids { get; init; } = [];
    public bool? AddBos { get; init; }
    public string? ChatTemplate { get; init; }

    /// <summary>Adds what else a test needs.</summary>
    public Action<GgufWriter>? More { get; init; }

    public GgufFile Build()
    {
        var writer = new GgufWriter()
            .Add("general.architecture", "llama")
            .Add("tokenizer.ggml.model", Model)
            .Add("tokenizer.ggml.pre", Pre)
            .AddArray("tokenizer.ggml.tokens", Tokens)
            .AddArray("tokenizer.ggml.merges", Merges);
        if (AddBos is { } addBos) writer.Add("tokenizer.ggml.add_bos_token", addBos);
        if (Types is not null) writer.AddArray<int>("tokenizer.ggml.token_type", Types);
        if (Scores is not null) writer.AddArray<float>("tokenizer.ggml.scores", Scores);
        foreach (var (key, id) in Ids) writer.Add($"tokenizer.ggml.{key}_token_id", id);
        if (ChatTemplate is not null) writer.Add("tokenizer.chat_template", ChatTemplate);
        More?.Invoke(writer);
        return GgufFile.FromBytes(writer.ToArray(), "tiny");
    }
}
