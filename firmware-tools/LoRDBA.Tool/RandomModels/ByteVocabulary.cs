using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Tool.RandomModels;

/// <summary>
/// A byte-level vocabulary of any size that can say every text: the marks of a chat, the 256 bytes, then tokens of two bytes and more, each an
/// earlier token and one byte, with its merge.
/// </summary>
internal static class ByteVocabulary
{
    private const string TurnStart = "<|im_start|>", TurnEnd = "<|im_end|>";

    private const string ChatTemplate =
        "{% for message in messages %}{{ '" + TurnStart + "' + message['role'] + '\n' + message['content'] + '" + TurnEnd + "' + '\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '" + TurnStart + "assistant\n' }}{% endif %}";

    private static readonly string[] Marks = ["<|endoftext|>", TurnStart, TurnEnd];

    /// <summary>The smallest vocabulary.</summary>
    public static int Least { get; } = Marks.Length + 256;

    /// <summary>Adds the tokenizer's keys.</summary>
    public static void AddTo(GgufWriter writer, int count)
    {
        List<string> bytes = [.. Enumerable.Range(0, 256).Select(value => $"{ByteAlphabet.CharacterOf((byte)value)}")];
        List<string> tokens = [.. bytes];
        var merges = new List<string>();
        for (var begin = 0; tokens.Count < count - Marks.Length; begin++)
        {
            foreach (var end in bytes.Take(count - Marks.Length - tokens.Count))
            {
                merges.Add($"{tokens[begin]} {end}");
                tokens.Add(tokens[begin] + end);
            }
        }

        int[] types = [.. Enumerable.Range(0, count).Select(id => (int)(id < Marks.Length ? TokenType.Control : TokenType.Normal))];
        writer
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.pre", "gpt-2")
            .AddArray("tokenizer.ggml.tokens", [.. Marks, .. tokens])
            .AddArray<int>("tokenizer.ggml.token_type", types)
            .AddArray("tokenizer.ggml.merges", merges)
            .Add("tokenizer.ggml.bos_token_id", 0u)
            .Add("tokenizer.ggml.eos_token_id", (uint)Array.IndexOf(Marks, TurnEnd))
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.chat_template", ChatTemplate);
    }
}
