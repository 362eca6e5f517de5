using System.CommandLine;
using System.Globalization;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba eval MODEL --data FILE.jsonl</c>: how well a model, with or without an adapter, knows the completions.</summary>
internal sealed class EvalCommand : Verb
{
    private const string Purpose =
        "Measures a model, alone or with an adapter, on lines of prompt and completion: nats lost per completion token (NLL) and how often the whole completion is what greedy decoding gives (exact match).";

    private const string ExampleLines = """
        lordba eval model.gguf --data test.jsonl
        lordba eval model.gguf --data test.jsonl --adapter home.lordba --json
        lordba eval model.gguf --data test.jsonl --limit 20 --per-line lines.jsonl
        """;

    private readonly EngineArguments engineArguments;
    private readonly Option<string> data = new("--data")
    {
        Description = "JSON lines, each with the texts prompt and completion; a model that chats gets them as a user's message and its answer",
        HelpName = "FILE.jsonl",
        Required = true,
    };

    private readonly Option<bool> raw = new("--raw") { Description = "Give the texts as they are, without the marks of a chat" };
    private readonly Option<int?> limit = NumberOption.Optional("--limit", "Measure only the first so many lines", 1, int.MaxValue);
    private readonly Option<string> perLine = new("--per-line") { Description = "Also write what each line came to, as JSON lines: line, nll_sum, tokens, exact", HelpName = "FILE" };

    public EvalCommand(ToolContext context) : base("eval", Purpose, ExampleLines, context)
    {
        engineArguments = new EngineArguments(this, context);
        Add(data);
        Add(raw);
        Add(limit);
        Add(perLine);
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        if (arguments.GetValue(perLine) is { } lines) WillWrite(lines);
        using var engine = engineArguments.Open(arguments);
        var chat = arguments.GetValue(raw) ? null : EvalData.ChatOf(engine.Model.File, engine.Tokenizer, Context);
        var samples = new EvalData(arguments.GetRequiredValue(data), engine.Tokenizer, chat, arguments.GetValue(limit), DataScore.MostTokens(engine.Model)).Read();
        using var sequence = engine.CreateSequence(DataScore.ContextFor(samples));

        var start = Context.Clock.GetTimestamp();
        var score = Measure(sequence, samples, arguments.GetValue(perLine));
        Print(new EvalResult(
            samples.Count, score.Tokens, score.Nll, score.ExactMatch, Context.Clock.GetElapsedTime(start).TotalSeconds,
            chat is null ? "none" : chat.IsOwn ? "own" : "chatml", AdapterFacts.Of(sequence)), arguments.GetValue(Json));
    }

    private DataScore Measure(Sequence sequence, List<EvalSample> samples, string? perLine)
    {
        if (perLine is null) return Measure(sequence, samples, lines: null);
        DataScore? score = null;
        WholeFile.Write(perLine, file =>
        {
            using var lines = new StreamWriter(file, leaveOpen: true);
            score = Measure(sequence, samples, lines);
        });
        return score!;
    }

    private DataScore Measure(Sequence sequence, List<EvalSample> samples, StreamWriter? lines)
    {
        using var progress = new Progress(Context, "eval");
        return DataScore.Measure(sequence, samples, (line, nll) =>
        {
            if (lines is not null) JsonOutput.Write(lines, line, JsonOutput.Types.LineResult);
            progress.Report(line.Line + 1, samples.Count, string.Create(CultureInfo.InvariantCulture, $"NLL {nll:0.0000}"));
        }, Context.Interrupted);
    }

    private void Print(EvalResult result, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(Context.Out, result, JsonOutput.Types.EvalResult);
            return;
        }
        string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        new FactList()
            .Add("adapter", result.Adapter is { } adapter ? $"{adapter.Name}, {adapter.Digest[..12]}, weight {Number(adapter.Weight, "0.###")}" : "none")
            .Add("lines", $"{result.Lines} ({result.Tokens} completion tokens, template {result.Template})")
            .Add("NLL", Number(result.Nll, "0.0000"))
            .Add("exact match", Number(result.ExactMatch, "0.000"))
            .Add("seconds", Number(result.Seconds, "0.0"))
            .Write(Context.Out);
    }
}

/// <summary>What <c>eval</c> prints.</summary>
/// <param name="Lines">Lines measured.</param>
/// <param name="Tokens">Completion tokens in them.</param>
/// <param name="Nll">Nats lost per completion token.</param>
/// <param name="ExactMatch">Share of the lines whose completion is exactly what greedy decoding gives.</param>
/// <param name="Seconds">Time, without loading.</param>
/// <param name="Template"><c>chatml</c>, <c>own</c> for the model's own, or <c>none</c> for the texts as they are.</param>
/// <param name="Adapter">What acted beside the base.</param>
internal sealed record EvalResult(int Lines, long Tokens, double Nll, double ExactMatch, double Seconds, string Template, AdapterFacts? Adapter);
