using System.Text.Json;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Measuring;

/// <summary>A file with test data is not what it has to be; the message names file and line.</summary>
internal sealed class EvalDataException(EvalDataError error, string message, Exception? inner = null) : LordbaException(message, inner)
{
    /// <summary>The cause.</summary>
    public EvalDataError Error { get; } = error;

    /// <inheritdoc/>
    public override string Code => CodeOf("data", Error);
}

/// <summary>Why a file with test data was refused.</summary>
internal enum EvalDataError
{
    /// <summary>There is no line in it.</summary>
    Empty,
    /// <summary>A line is no JSON object with texts.</summary>
    BadLine,
    /// <summary>A line lacks a text, or it is empty.</summary>
    MissingText,
}

/// <summary>One line of a data file.</summary>
/// <param name="Prompt">What is said to the model.</param>
/// <param name="Completion">What it has to answer.</param>
internal sealed record EvalLine(string? Prompt, string? Completion);

/// <summary>One line as tokens.</summary>
/// <param name="Prompt">Tokens before the completion, at least one.</param>
/// <param name="Completion">Tokens that are measured, at least one.</param>
internal sealed record EvalSample(int[] Prompt, int[] Completion);

/// <summary>Reads a JSONL file with <c>prompt</c> and <c>completion</c>.</summary>
internal static class EvalData
{
    /// <summary>All lines, or the first <paramref name="limit"/>; empty lines are skipped.</summary>
    /// <param name="path">The file, UTF-8, or UTF-16 with its mark.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="chat">What makes a user's message and its answer of a line; null: the texts as they are.</param>
    /// <param name="limit">The most lines that are read.</param>
    /// <exception cref="EvalDataException">A line is no JSON object with both texts, or one of them is empty, or there is no line.</exception>
    /// <exception cref="TextFileException">The file is no text.</exception>
    public static List<EvalSample> Read(string path, Tokenizer tokenizer, ChatTemplate? chat, int limit)
    {
        var samples = new List<EvalSample>();
        var number = 0;
        foreach (var text in TextFile.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            if (samples.Count == limit) break;
            samples.Add(Tokenize(Parse(text, path, number), tokenizer, chat, path, number));
        }
        return samples.Count > 0 ? samples : throw new EvalDataException(EvalDataError.Empty, $"{path}: there is no line in it.");
    }

    /// <summary>What makes messages of a model's lines; null for a model that was not trained to chat, which gets the texts as they are.</summary>
    public static ChatTemplate? ChatOf(GgufFile model, Tokenizer tokenizer, ToolContext context)
    {
        if (!ChatTemplate.IsIn(model)) return null;
        var chat = ChatTemplate.ForSamples(model, tokenizer.Vocabulary);
        context.Notice(chat.Notice is { } notice ? [notice] : []);
        return chat;
    }

    private static EvalLine Parse(string text, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(text, JsonOutput.Types.EvalLine) ?? throw new JsonException("null is no object.");
        }
        catch (JsonException e)
        {
            throw new EvalDataException(EvalDataError.BadLine, $"{path}: line {number} is no JSON object with the texts prompt and completion. {e.Message}", e);
        }
    }

    private static EvalSample Tokenize(EvalLine line, Tokenizer tokenizer, ChatTemplate? chat, string path, int number)
    {
        string Part(string? text, string key) => !string.IsNullOrEmpty(text) ? text : throw new EvalDataException(EvalDataError.MissingText, $"{path}: line {number} has no text {key}.");

        var prompt = Part(line.Prompt, "prompt");
        var completion = Part(line.Completion, "completion");
        if (chat is null) return new EvalSample(tokenizer.EncodePrompt(prompt), tokenizer.Encode(completion));
        var (promptIds, completionIds) = chat.EncodeSample(tokenizer, prompt, completion);
        return new EvalSample(promptIds, completionIds);
    }
}
