using System.CommandLine;
using System.Globalization;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Quantization;
using LoRDBA.Tool.Inspection;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba quantize MODEL -o FILE.gguf --format F</c>: the model in another block format.</summary>
internal sealed class QuantizeCommand : Verb
{
    private const string Purpose =
        "Writes a GGUF model in another block format: 8 bits where it is to lose nothing, 4 where it is to be small and fast. Adapters of the model fit the new file too.";

    private const string ExampleLines = """
        lordba quantize model-f16.gguf -o model-q8_0.gguf --format q8_0
        lordba quantize model-q4_k.gguf -o model-q4_0.gguf --format q4_0
        """;

    private readonly Argument<string> model = new("MODEL") { Description = "A GGUF model in any block format that can be read" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The file to write; what is there is replaced when all is done", HelpName = "FILE.gguf", Required = true };
    private readonly Option<string> format = new("--format") { Description = "What the weights become; norms and biases stay F32, the head is q8_0 always", Required = true };

    public QuantizeCommand(ToolContext context) : base("quantize", Purpose, ExampleLines, context)
    {
        format.AcceptOnlyFromAmong("q8_0", "q4_0", "q4_1");
        Add(model);
        Add(output);
        Add(format);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var start = Context.Clock.GetTimestamp();
        var path = arguments.GetRequiredValue(output);
        WillWrite(path);
        using var source = Model.Load(arguments.GetRequiredValue(model));
        var plan = QuantizationPlan.Of(source, Enum.Parse<GgmlType>(arguments.GetRequiredValue(format), ignoreCase: true));
        long bytes;
        using (var progress = new Progress(Context, "quantize")) bytes = ModelQuantizer.Save(plan, path, progress.OfBytes(plan.Tensors.Sum(tensor => tensor.ByteLength)), Context.Interrupted);

        var types = TypeShare.Of(plan.Tensors.Select(tensor => (tensor.Type, tensor.ByteLength)));
        var result = new QuantizeResult(path, bytes, source.File.Length, Context.Clock.GetElapsedTime(start).TotalSeconds, types);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.QuantizeResult);
        else Print(result);
    }

    private void Print(QuantizeResult result)
    {
        Context.Out.WriteLine($"{result.Output}: {FactList.Bytes(result.Bytes)}, from {FactList.Bytes(result.SourceBytes)}, in {result.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        foreach (var type in result.Types) Context.Out.WriteLine($"  {type.Type}: {type.Tensors} tensors, {FactList.Bytes(type.Bytes)}");
    }
}

/// <summary>What <c>quantize</c> prints.</summary>
/// <param name="Output">The file written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="SourceBytes">Size of the model that it was made of.</param>
/// <param name="Seconds">Time, with loading.</param>
/// <param name="Types">Its block formats, that with the most bytes first.</param>
internal sealed record QuantizeResult(string Output, long Bytes, long SourceBytes, double Seconds, IReadOnlyList<TypeShare> Types);
