using System.CommandLine;

namespace LoRDBA.Tool.Arguments;

/// <summary>The arguments of every verb that runs a model.</summary>
internal sealed class EngineArguments
{
    private readonly ToolContext context;
    private readonly Argument<string> model = new("MODEL") { Description = "A GGUF model" };
    private readonly Option<AdapterArgument?> adapter = AdapterArgument.Option();
    private readonly Option<int> threads = NumberOption.Of("--threads", "Threads that compute", Environment.ProcessorCount, 1, 256);

    /// <summary>Adds them to a verb.</summary>
    public EngineArguments(Command verb, ToolContext context)
    {
        this.context = context;
        verb.Add(model);
        verb.Add(adapter);
        verb.Add(threads);
    }

    /// <summary>Loads what they name.</summary>
    public LoadedModel Open(ParseResult arguments) =>
        LoadedModel.Open(arguments.GetRequiredValue(model), arguments.GetValue(adapter), arguments.GetValue(threads), context);
}
