using System.CommandLine;
using System.Text;
using System.Text.Json;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Boards;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba board</c>: what this machine is, and whether it computes rightly.</summary>
internal sealed class BoardCommand : Verb
{
    private const string Purpose =
        "Says what board this is, what runs on it and what is missing, and tests every kernel on its processor; the last line is for an issue. With --measure, how fast it runs a model.";

    private const string ExampleLines = """
        lordba board
        lordba board --json
        lordba board --measure model.gguf -o board.json
        """;

    private readonly Option<string> model = new("--measure") { Description = "Also measure this GGUF model, alone and with an adapter, with 1 thread up to all", HelpName = "MODEL" };
    private readonly Option<int> threads = NumberOption.Of("--threads", "With --measure: the most threads", Environment.ProcessorCount, 1, 256);
    private readonly Option<int> prefill = NumberOption.Of("--prefill", "With --measure: tokens of the prompt", 128, 1, 1 << 20);
    private readonly Option<int> decode = NumberOption.Of("--decode", "With --measure: tokens decoded after it", 32, 1, 1 << 20);
    private readonly Option<int> turns = NumberOption.Of("--turns", "With --measure: how often each is timed; the figures are medians", 3, 1, 1000);
    private readonly Option<string> output = new("--output", "-o") { Description = "Also write the JSON to this file; what is there is replaced", HelpName = "FILE.json" };

    public BoardCommand(ToolContext context) : base("board", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(threads);
        Add(prefill);
        Add(decode);
        Add(turns);
        Add(output);
        Validators.Add(line =>
        {
            if (line.GetResult(model) is not null) return;
            foreach (var option in (Option[])[threads, prefill, decode, turns])
                if (line.GetResult(option) is { Implicit: false }) line.AddError($"{option.Name} is for --measure.");
        });
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var file = arguments.GetValue(output);
        if (file is not null) WillWrite(file);
        var facts = BoardReader.Read(Context);
        // A board that computes wrongly has no speed.
        if (facts.SelfTest.Passed && arguments.GetValue(model) is { } path)
        {
            var options = new BoardBenchOptions(arguments.GetValue(threads), arguments.GetValue(prefill), arguments.GetValue(decode), arguments.GetValue(turns));
            facts = facts with { Measurement = BoardBench.Run(path, options, Context) };
        }

        if (file is not null) WholeFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(facts, JsonOutput.Types.BoardFacts) + "\n")));
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, facts, JsonOutput.Types.BoardFacts);
        else BoardReport.Write(Context, facts);
        if (!facts.SelfTest.Passed)
            throw new SelfTestException($"This machine computes otherwise than all others (digest {facts.SelfTest.Digest}): please open an issue with the output of lordba board.");
    }
}
