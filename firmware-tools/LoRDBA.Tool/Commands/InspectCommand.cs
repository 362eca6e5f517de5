using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Inspection;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba inspect FILE</c>: what a file is, what is in it, and the values of a tensor.</summary>
internal sealed class InspectCommand : Verb
{
    private const string Purpose =
        "Tells what a file is: a GGUF model, a LoRDBA adapter (.lordba), a LoRA (GGUF, or a directory of PEFT or mlx-lm), signs as the method's authors save them; its sizes, formats, licence and origin.";

    private const string ExampleLines = """
        lordba inspect home.lordba
        lordba inspect model.gguf --tensors
        lordba inspect model.gguf --tensor output_norm.weight --count 8
        """;

    private readonly Argument<string> path = new("FILE") { Description = "A GGUF file, a .lordba file, or a directory with adapter_config.json" };
    private readonly Option<bool> tensors = new("--tensors") { Description = "List every tensor with type, shape and size" };
    private readonly Option<string> tensor = new("--tensor") { Description = "Print the first values of this tensor instead; of a .lordba file, of its scales", HelpName = "NAME" };
    private readonly Option<int> count = NumberOption.Of("--count", "How many values --tensor prints", 16, 1, int.MaxValue);

    public InspectCommand(ToolContext context) : base("inspect", Purpose, ExampleLines, context)
    {
        Add(path);
        Add(tensors);
        Add(tensor);
        Add(count);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        using var file = Inspector.Open(arguments.GetRequiredValue(path));
        var printer = new FactsPrinter(Context);
        if (arguments.GetValue(tensor) is { } name) Answer(file.Values(name, arguments.GetValue(count)), JsonOutput.Types.TensorValues, printer.Print);
        else Answer(file.Describe(arguments.GetValue(tensors)), JsonOutput.Types.FileFacts, printer.Print);

        void Answer<T>(T answer, JsonTypeInfo<T> type, Action<T> print)
        {
            if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, answer, type);
            else print(answer);
        }
    }
}
