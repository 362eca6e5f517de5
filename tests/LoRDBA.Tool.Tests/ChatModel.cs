using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>A model of random weights that has a chat template.</summary>
internal static class ChatModel
{
    public const string Start = "<|im_start|>", End = "<|im_end|>", EndOfTurn = "<|eot_id|>";

    /// <summary>Writes it and returns its path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="template">The template.</param>
    /// <param name="hasChatMlMarks">Whether ChatML could take the template's place.</param>
    public static string Write(TemporaryFolder folder, string template, bool hasChatMlMarks)
    {
        string[] marks = hasChatMlMarks ? [Start, End] : ["<|one|>", "<|two|>"];
        // The small letters, and what marks and line ends are spelled with; Ċ is a line feed.
        string[] tokens = [.. marks, EndOfTurn, .. "abcdefghijklmnopqrstuvwxyz<|>_Ċ!?.,;-".Select(c => $"{c}")];
        return folder.Write("chat.gguf", new TinyModel
        {
            Metadata = { ["tokenizer.ggml.model"] = "gpt2", ["tokenizer.ggml.pre"] = "gpt-2", ["tokenizer.chat_template"] = template, ["tokenizer.ggml.eos_token_id"] = 2u },
            More = writer => writer.AddArray("tokenizer.ggml.tokens", tokens)
                .AddArray<int>("tokenizer.ggml.token_type", [.. tokens.Select((_, id) => id < 3 ? 3 : 1)])
                .AddArray("tokenizer.ggml.merges", Array.Empty<string>()),
        }.ToArray());
    }
}
