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
    /// <summary>There are too few lines to keep some apart.</summary>
    TooFew,
    /// <summary>A line lacks a text, or it is empty.</summary>
    MissingText,
    /// <summary>A line has more tokens than the model's context holds.</summary>
    TooLong,
    /// <summary>The model's tokenizer or chat template refuses a line.</summary>
    Unusable,
}

/// <summary>One line of a data file.</summary>
/// <param name="Prompt">What is said to the model.</param>
/// <param name="Completion">What it has to answer.</param>
internal sealed record EvalLine(string? Prompt, string? Completion);

/// <summary>One line as tokens.</summary>
/// <param name="Prompt">Tokens before the completion, at least one.</param>
/// <param name="Completion">Tokens that are measured, at least one.</param>
internal sealed record EvalSample(int[] Prompt, int[] Completion);

/// <summary>Reads a JSONL file with <c>prompt</c> and <c>completion</c>. Every refusal of a line names file and line, and what to do about it.</summary>
/// <param name="path">The file, UTF-8, or with a mark UTF-16.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="chat">What makes a user's message and its answer of a line; null: the texts as they are.</param>
/// <param name="limit">The most lines that are read, where the verb lets the user say so with --limit; null for all.</param>
/// <param name="mostTokens">The most that a line may have, prompt and completion together.</param>
internal sealed class EvalData(string path, Tokenizer tokenizer, ChatTemplate? chat, int? limit, int mostTokens)
{
    /// <summary>What makes messages of a model's lines; null for a model that was not trained to chat, which gets the texts as they are.</summary>
    public static ChatTemplate? ChatOf(GgufFile model, Tokenizer tokenizer, ToolContext context)
    {
        if (!ChatTemplate.IsIn(model)) return null;
        var chat = ChatTemplate.ForSamples(model, tokenizer.Vocabulary);
        context.Notify(chat.Notice);
        return chat;
    }

    /// <summary>All lines, or the first so many; empty lines are skipped.</summary>
    /// <exception cref="EvalDataException">A line is no JSON object with both texts, one of them is empty, or they do not fit the model; or there is no line.</exception>
    /// <exception cref="TextFileException">The file is no text.</exception>
    public List<EvalSample> Read()
    {
        var samples = new List<EvalSample>();
        var number = 0;
        foreach (var text in TextFile.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            if (samples.Count == limit) break;
            samples.Add(Tokenize(Parse(text, number), number, samples.Count));
        }
        return samples.Count > 0 ? samples : throw new EvalDataException(EvalDataError.Empty, $"{path}: there is no line in it.");
    }

    private EvalLine Parse(string text, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(text, JsonOutput.Types.EvalLine) ?? throw new JsonException("null is no object.");
        }
        catch (JsonException e)
        {
            throw Error(EvalDataError.BadLine, number, $"is no JSON object with the texts prompt and completion. {e.Message}", e);
        }
    }

    private EvalSample Tokenize(EvalLine line, int number, int before)
    {
        string Part(string? text, string key) => !string.IsNullOrEmpty(text) ? text : throw Error(EvalDataError.MissingText, number, $"has no text {key}.");

        var sample = Encode(Part(line.Prompt, "prompt"), Part(line.Completion, "completion"), number);
        var tokens = sample.Prompt.Length + sample.Completion.Length;
        return tokens <= mostTokens
            ? sample
            : throw Error(EvalDataError.TooLong, number, $"has {tokens} tokens; the model's context has room for {mostTokens}. Shorten it or leave it out{(limit is not null || before == 0 ? "." : $", or measure the lines before it with --limit {before}.")}");
    }

    private EvalSample Encode(string prompt, string completion, int number)
    {
        try
        {
            if (chat is null) return new EvalSample(tokenizer.EncodePrompt(prompt), tokenizer.Encode(completion));
            var (promptIds, completionIds) = chat.EncodeSample(tokenizer, prompt, completion);
            return new EvalSample(promptIds, completionIds);
        }
        catch (LordbaException e)
        {
            throw Error(EvalDataError.Unusable, number, $"cannot be put to the model. {e.Message}", e);
        }
    }

    private EvalDataException Error(EvalDataError error, int number, string message, Exception? inner = null) => new(error, $"{path}: line {number} {message}", inner);
}
