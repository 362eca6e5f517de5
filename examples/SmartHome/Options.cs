using System.CommandLine;

namespace LoRDBA.Examples.SmartHome;

/// <summary>What to run: nothing given, the embedded default; or any model with its adapters and test commands.</summary>
internal sealed record Options(string? Model, string[] Adapters, string[] Data)
{
    /// <summary>Parses the command line and, unless it only asks for help or is wrong, calls <paramref name="run"/>.</summary>
    public static int Invoke(string[] arguments, Func<Options, int> run)
    {
        var model = new Option<string?>("--model") { HelpName = "FILE.gguf", Description = "A base model instead of the embedded one." };
        var adapters = new Option<string[]>("--adapter") { HelpName = "FILE.lordba", Description = "An adapter of that model, or a PEFT folder; may be repeated.", DefaultValueFactory = _ => [] };
        var data = new Option<string[]>("--data")
        {
            HelpName = "FILE.jsonl",
            Description = "Commands to answer, one {\"prompt\":\"...\",\"completion\":\"...\"} a line; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var root = new RootCommand("Answers smart-home commands with a base model alone and with each adapter, switched while running.") { model, adapters, data };
        root.Validators.Add(result =>
        {
            var given = (result.GetValue(model) is not null, result.GetValue(adapters) is { Length: > 0 }, result.GetValue(data) is { Length: > 0 });
            if (given is not ((false, false, false) or (true, _, true)))
                result.AddError("--model needs --data, and the two others need --model: the embedded files fit only each other.");
        });
        root.SetAction(parsed => run(new Options(parsed.GetValue(model), parsed.GetValue(adapters)!, parsed.GetValue(data)!)));
        return root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
