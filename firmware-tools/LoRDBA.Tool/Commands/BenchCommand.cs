using System.CommandLine;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Benchmarking;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba bench MODEL</c>: how fast this machine runs a model.</summary>
internal sealed class BenchCommand : Verb
{
    private const string Purpose =
        "Measures how fast this machine runs a model: turns of a prompt and tokens decoded after it, from fixed token ids.";

    private const string ExampleLines = """
        lordba bench model.gguf --threads 1 --on-request
        """;

    private readonly Argument<string> model = new("MODEL") { Description = "A GGUF model" };
    private readonly Option<int> threads = NumberOption.Of("--threads", "Threads that compute", Environment.ProcessorCount, 1, 256);
    private readonly Option<int> prefill = NumberOption.Of("--prefill", "Tokens of the prompt", 500, 1, 1 << 20);
    private readonly Option<int> decode = NumberOption.Of("--decode", "Tokens decoded after it, one by one", 64, 1, 1 << 20);
    private readonly Option<bool> onRequest = new("--on-request")
    {
        Description = "For scripts: take a turn for each line on standard input, which is 'base' or an adapter's path, and print it as a line of JSON",
        Required = true,
    };

    public BenchCommand(ToolContext context) : base("bench", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(threads);
        Add(prefill);
        Add(decode);
        Add(onRequest);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var count = arguments.GetValue(prefill) + arguments.GetValue(decode);
        using var loaded = Model.Load(arguments.GetRequiredValue(model));
        using var session = loaded.CreateSession(new SessionOptions { ContextLength = count, Threads = arguments.GetValue(threads), Kernels = Context.Kernels });
        BenchRequests.Serve(Context, session, FixedTokens.Of(count, loaded.Config.NVocab), arguments.GetValue(prefill));
    }
}
