using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics.Tensors;
using LoRDBA.Runtime.Generation;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba trace MODEL</c>: every token of a text through the engine, and what came out; the window into it.</summary>
internal sealed class TraceCommand : Verb
{
    private const string Purpose =
        "Sends a text through the model and prints what the engine computed, as JSON: token ids, the loss of each next token, the best token at each position, the logits after the last.";

    private const string ExampleLines = """
        lordba trace model.gguf --text "turn on the light"
        lordba trace model.gguf --ids 1,9690,198 --adapter home.lordba --oracle
        """;

    private readonly EngineArguments engineArguments;
    private readonly Option<string> text = new("--text") { Description = "The text; special tokens in it are recognised", HelpName = "T" };
    private readonly Option<int[]> ids = new("--ids") { Description = "The token ids instead, separated by commas", HelpName = "1,2,3", CustomParser = ParseIds };
    private readonly Option<bool> oracle = new("--oracle") { Description = "Compute in float32 from dequantized weights: slow, and what the fast path is compared with" };

    public TraceCommand(ToolContext context) : base("trace", Purpose, ExampleLines, context)
    {
        engineArguments = new EngineArguments(this, context);
        Add(text);
        Add(ids);
        Add(oracle);
        Validators.Add(result =>
        {
            if (result.GetResult(text) is null == result.GetResult(ids) is null) result.AddError("Give either --text or --ids.");
        });
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        using var engine = engineArguments.Open(arguments);
        var tokens = arguments.GetValue(text) is { } words ? engine.Tokenizer.EncodePrompt(words) : arguments.GetRequiredValue(ids);
        using var sequence = engine.CreateSequence(tokens.Length, arguments.GetValue(oracle));

        var likelihood = new LogLikelihood(engine.Model.Config.NVocab);
        var nll = new double[Math.Max(0, tokens.Length - 1)];
        var argmax = new int[tokens.Length];
        var last = Array.Empty<float>();
        sequence.PrefillAll(tokens, (position, logits) =>
        {
            argmax[position] = TensorPrimitives.IndexOfMax(logits);
            if (position < nll.Length) nll[position] = likelihood.Nll(logits, tokens[position + 1]);
            else last = logits.ToArray();
        }, Context.Interrupted);
        JsonOutput.Write(Context.Out, new TraceResult(tokens, nll, argmax, AdapterFacts.Of(sequence), last), JsonOutput.Types.TraceResult);
    }

    private static int[]? ParseIds(ArgumentResult result)
    {
        var parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) continue;
            result.AddError($"--ids takes token ids separated by commas; '{parts[i]}' is none.");
            return null;
        }
        return numbers;
    }
}

/// <summary>What <c>trace</c> prints. For n tokens:</summary>
/// <param name="Ids">[n] The tokens.</param>
/// <param name="Nll">[n - 1] Nats lost on token i + 1 after tokens 0 ... i.</param>
/// <param name="Argmax">[n] The best token after tokens 0 ... i.</param>
/// <param name="Adapter">What acted beside the base.</param>
/// <param name="LastLogits">[n_vocab] After the last token.</param>
internal sealed record TraceResult(int[] Ids, double[] Nll, int[] Argmax, AdapterFacts? Adapter, float[] LastLogits);
