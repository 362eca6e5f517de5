using System.CommandLine;
using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba run MODEL PROMPT</c>: the model's answer, as it comes.</summary>
internal sealed class RunCommand : Verb
{
    private const string Purpose =
        "Continues a prompt with the model, alone or with an adapter, and prints the text as it comes. Greedy unless a temperature is given. A closing line on standard error tells tokens, time, and the digest of the adapter that acted.";

    private const string ExampleLines = """
        lordba run model.gguf --chat "What is the capital of France?"
        lordba run model.gguf --adapter home.lordba --chat "turn on the kitchen light"
        echo "Once upon a time" | lordba run model.gguf --temperature 0.8 --top-p 0.95 --seed 7 --max-tokens 100
        """;

    private readonly EngineArguments engineArguments;
    private readonly Argument<string> prompt = new("PROMPT") { Description = "The text to continue; read from standard input if absent", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> chat = new("--chat") { Description = "Wrap the prompt as a user's message in the model's chat template; special tokens in it are text" };
    private readonly Option<int?> context = NumberOption.Optional("--context", "Tokens that prompt and answer can have together; otherwise the model's, at most 2048", 1, int.MaxValue);
    private readonly SamplingArguments samplingArguments;

    public RunCommand(ToolContext context) : base("run", Purpose, ExampleLines, context)
    {
        engineArguments = new EngineArguments(this, context);
        Add(prompt);
        Add(chat);
        Add(this.context);
        samplingArguments = new SamplingArguments(this);
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        using var engine = engineArguments.Open(arguments);
        var text = arguments.GetValue(prompt) ?? WithoutLineEnd(Context.Read(input => input.ReadToEnd()));
        var template = arguments.GetValue(chat) ? ChatOf(engine) : null;
        var ids = engine.Tokenizer.EncodePrompt(template is null ? PromptText.Trusted(text) : template.Render([new ChatMessage("user", text)], ChatOptions));
        using var sequence = engine.CreateSequence(arguments.GetValue(context));

        var asJson = arguments.GetValue(Json);
        var answer = new StringBuilder();
        var generator = new TextGenerator(sequence, engine.Tokenizer, samplingArguments.Read(arguments) with { EndTokens = template?.EndTokens ?? [] });
        var start = Context.Clock.GetTimestamp();
        using var progress = new Progress(Context, "prompt");
        var result = generator.Generate(ids, piece =>
        {
            progress.Dispose();
            answer.Append(piece);
            if (!asJson) Stream(piece);
        }, progress.Counting(ids.Length), Context.Interrupted);
        progress.Dispose();
        var seconds = Context.Clock.GetElapsedTime(start).TotalSeconds;

        if (asJson)
        {
            JsonOutput.Write(Context.Out, new RunResult(answer.ToString(), Word(result.Finish), result.PromptTokens, result.GeneratedTokens, seconds, AdapterFacts.Of(sequence)), JsonOutput.Types.RunResult);
            return;
        }
        Stream("\n");
        Context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"lordba: {result.PromptTokens} prompt + {result.GeneratedTokens} generated tokens in {seconds:0.00} s; ended by {Word(result.Finish)}; {AdapterInWords(AdapterFacts.Of(sequence))}"));
    }

    private ChatOptions ChatOptions => new() { Clock = Context.Clock };

    private ChatTemplate ChatOf(LoadedModel engine)
    {
        var template = ChatTemplate.FromGguf(engine.Model.File, engine.Tokenizer.Vocabulary, ChatOptions);
        Context.Notify(template.Notice);
        return template;
    }

    private void Stream(string piece)
    {
        // A terminal obeys what is written to it; a program that reads the answer wants it as it is.
        Context.Out.Raw.Write(Context.OutIsTerminal ? VisibleText.OfAnswer(piece) : piece);
        Context.Out.Flush();
    }

    private static string WithoutLineEnd(string text) => text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;

    private static string Word(FinishReason reason) => reason switch
    {
        FinishReason.EndOfGeneration => "end",
        FinishReason.StopString => "stop",
        FinishReason.MaxTokens => "max_tokens",
        FinishReason.ContextFull => "context",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    private static string AdapterInWords(AdapterFacts? adapter) =>
        adapter is null ? "no adapter" : string.Create(CultureInfo.InvariantCulture, $"adapter {adapter.Digest} ({adapter.Name}), weight {adapter.Weight:0.###}");
}

/// <summary>What <c>run --json</c> prints.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Finish">Why it ended: <c>end</c>, <c>stop</c>, <c>max_tokens</c> or <c>context</c>.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="GeneratedTokens">Tokens of the answer.</param>
/// <param name="Seconds">Time, without loading.</param>
/// <param name="Adapter">What acted beside the base.</param>
internal sealed record RunResult(string Text, string Finish, int PromptTokens, int GeneratedTokens, double Seconds, AdapterFacts? Adapter);
