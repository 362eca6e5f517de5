using System.CommandLine;
using System.Globalization;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Inspection;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba inspect FILE</c>: what a file is, what is in it, and the values of a tensor.</summary>
internal sealed class InspectCommand : Verb
{
    private const string Purpose =
        "Tells what a file is: a GGUF model, a LoRDBA adapter (.lordba) or the directory of a PEFT LoRA; its sizes, formats, licence and origin.";

    private const string ExampleLines = """
        lordba inspect home.lordba
        lordba inspect model.gguf --tensors
        lordba inspect model.gguf --tensor output_norm.weight --count 8
        """;

    private readonly Argument<string> path = new("FILE") { Description = "A GGUF file, a .lordba file, or a directory with adapter_config.json" };
    private readonly Option<bool> tensors = new("--tensors") { Description = "List every tensor with type, shape and size" };
    private readonly Option<string> tensor = new("--tensor") { Description = "Print the first values of this tensor instead", HelpName = "NAME" };
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
        using var file = GgufFile.Open(arguments.GetRequiredValue(path));
        var asJson = arguments.GetValue(Json);
        if (arguments.GetValue(tensor) is { } name)
        {
            var values = GgufInspector.Values(file, name, arguments.GetValue(count));
            if (asJson) JsonOutput.Write(Context.Out, values, JsonOutput.Types.TensorValues);
            else Print(values);
            return;
        }

        var facts = GgufInspector.Describe(file, arguments.GetValue(tensors));
        if (asJson) JsonOutput.Write(Context.Out, facts, JsonOutput.Types.FileFacts);
        else Print(facts);
    }

    private void Print(TensorValues values)
    {
        Context.Out.WriteLine($"{values.Name} {values.Type} [{string.Join(", ", values.Shape)}]");
        foreach (var value in values.Values) Context.Out.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));
    }

    private void Print(FileFacts facts)
    {
        Context.Out.WriteLine(facts.Path);
        var list = new FactList().Add("kind", KindInWords(facts)).Add("name", facts.Name).Add("licence", facts.License).Add("size", FactList.Bytes(facts.Bytes));
        if (facts.Parameters is { } parameters) list.Add("parameters", FactList.Number(parameters));
        if (facts.Types is { } types) list.Add("formats", string.Join(", ", types.Select(type => ShareInWords(type, types.Sum(other => other.Bytes)))));
        foreach (var (key, value) in facts.Keys ?? new Dictionary<string, string>()) list.Add(key, value);
        list.Write(Context.Out);
        if (facts.Tensors is { } all) PrintTensors(all);
    }

    private void PrintTensors(IReadOnlyList<TensorFacts> all) => TableOutput.Write(Context, ["tensor", "type", "#shape", "#bytes"],
        all.Select(one => new[] { one.Name, one.Type, string.Join(" x ", one.Shape), FactList.Number(one.Bytes) }));

    private static string KindInWords(FileFacts facts) => facts.Kind switch
    {
        "model" => $"{facts.Architecture} model, GGUF version {facts.GgufVersion}",
        _ => $"GGUF version {facts.GgufVersion}",
    };

    private static string ShareInWords(TypeShare type, long total) =>
        string.Create(CultureInfo.InvariantCulture, $"{type.Type} {100.0 * type.Bytes / total:0.#} % ({type.Tensors} tensors)");
}
