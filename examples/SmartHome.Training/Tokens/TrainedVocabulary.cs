using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Examples.SmartHome.Training.Tokens;

/// <summary>
/// A vocabulary as a GGUF file stores it: three marks, then the 256 bytes, then one token a merge.
/// </summary>
internal sealed class TrainedVocabulary(IReadOnlyList<string> merges)
{
    private const string EndOfText = "<|endoftext|>", TurnStart = "<|im_start|>", TurnEnd = "<|im_end|>";

    private const string ChatTemplate =
        "{% for message in messages %}{{ '" + TurnStart + "' + message['role'] + '\n' + message['content'] + '" + TurnEnd + "' + '\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '" + TurnStart + "assistant\n' }}{% endif %}";

    private static readonly string[] Marks = [EndOfText, TurnStart, TurnEnd];

    /// <summary>How many merges make a vocabulary of <paramref name="count"/> tokens.</summary>
    public static int MergesFor(int count) => count - Marks.Length - BpeTrainer.ByteCharacters.Count;

    /// <summary>Adds the tokenizer's keys.</summary>
    public GgufWriter AddTo(GgufWriter writer)
    {
        string[] tokens = [.. Marks, .. BpeTrainer.ByteCharacters.Select(c => c.ToString()), .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))];
        int[] types = [.. tokens.Select((_, id) => (int)(id < Marks.Length ? TokenType.Control : TokenType.Normal))];
        return writer.Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.pre", "smollm")
            .AddArray("tokenizer.ggml.tokens", tokens)
            .AddArray<int>("tokenizer.ggml.token_type", types)
            .AddArray("tokenizer.ggml.merges", [.. merges])
            .Add("tokenizer.ggml.bos_token_id", (uint)Array.IndexOf(Marks, EndOfText))
            .Add("tokenizer.ggml.eos_token_id", (uint)Array.IndexOf(Marks, TurnEnd))
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.chat_template", ChatTemplate);
    }

    /// <summary>The runtime's own tokenizer over it, so that training and running cut text the same way.</summary>
    public Tokenizer ToTokenizer()
    {
        using var file = GgufFile.FromBytes(AddTo(new GgufWriter()).ToArray(), "vocabulary");
        return Tokenizer.FromGguf(file);
    }
}
