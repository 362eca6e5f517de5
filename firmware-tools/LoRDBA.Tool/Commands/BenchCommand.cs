using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Benchmarking;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba bench MODEL</c>: how fast this machine runs a model, and what adapters cost beside it.</summary>
internal sealed class BenchCommand : Verb
{
    private const string Purpose =
        "Measures how fast this machine runs a model, alone and beside adapters with random content, LoRDBA and fp16 LoRA: prefill, decoding, switching and attaching adapters, start-up, memory. " +
        "Results are checked before they are timed.";

    private const string ExampleLines = """
        lordba bench model.gguf
        lordba bench model.gguf --threads 1 --rank 8,16,32 --turns 9 --json
        echo base | lordba bench model.gguf --on-request
        """;

    private readonly Argument<string> model = new("MODEL") { Description = "A GGUF model" };
    private readonly Option<int> threads = NumberOption.Of("--threads", "Threads that compute", Environment.ProcessorCount, 1, 256);
    private readonly Option<int> prefill = NumberOption.Of("--prefill", "Tokens of the prompt", 500, 1, 1 << 20);
    private readonly Option<int> decode = NumberOption.Of("--decode", "Tokens decoded after it, one by one", 64, 1, 1 << 20);
    private readonly Option<int[]> ranks = new("--rank") { Description = "Ranks of the adapters, separated by commas", HelpName = "N,N", CustomParser = ParseRanks, DefaultValueFactory = _ => [16] };
    private readonly Option<int> turns = NumberOption.Of("--turns", "How often each is timed; the figures are medians", 5, 1, 1000);
    private readonly Option<string> keep = new("--keep-adapters") { Description = "Leave the random adapters in this folder; otherwise they are temporary", HelpName = "DIR" };
    private readonly Option<bool> onRequest = new("--on-request")
    {
        Description = "For scripts: take a turn for each line on standard input, which is 'base' or an adapter's path, and print it as a line of JSON",
    };

    public BenchCommand(ToolContext context) : base("bench", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(threads);
        Add(prefill);
        Add(decode);
        Add(ranks);
        Add(turns);
        Add(keep);
        Add(onRequest);
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var options = new BenchOptions
        {
            Model = arguments.GetRequiredValue(model),
            Threads = arguments.GetValue(threads),
            Prefill = arguments.GetValue(prefill),
            Decode = arguments.GetValue(decode),
            Ranks = arguments.GetRequiredValue(ranks),
            Turns = arguments.GetValue(turns),
            AdapterFolder = arguments.GetValue(keep),
            Kernels = Context.Kernels,
        };
        if (arguments.GetValue(onRequest))
        {
            Serve(options);
            return;
        }
        var result = ModelBench.Run(options, Context);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.BenchResult);
        else BenchReport.Write(Context, result);
    }

    private void Serve(BenchOptions options)
    {
        var count = options.Prefill + options.Decode;
        using var loaded = Model.Load(options.Model);
        using var sequence = loaded.CreateSequence(new() { ContextLength = count }, new() { Threads = options.Threads, Kernels = options.Kernels });
        BenchRequests.Serve(Context, sequence, FixedTokens.Of(count, loaded.Config.NVocab), options.Prefill);
    }

    private static int[]? ParseRanks(ArgumentResult result)
    {
        var parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) && numbers[i] is >= 1 and <= LordbaFactors.MaxRank) continue;
            result.AddError($"--rank takes numbers from 1 to {LordbaFactors.MaxRank} separated by commas; '{parts[i]}' is none.");
            return null;
        }
        return numbers;
    }
}
