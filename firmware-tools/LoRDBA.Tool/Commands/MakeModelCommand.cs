using System.CommandLine;
using System.Globalization;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Inspection;
using LoRDBA.Tool.Output;
using LoRDBA.Tool.RandomModels;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba make-model -o FILE.gguf</c>: a model of any shape, with random weights.</summary>
internal sealed class MakeModelCommand : Verb
{
    private const string Purpose =
        "Writes a llama model of any shape with random weights, as a GGUF file that this engine and llama.cpp load: for measuring speed and memory before there is a model.";

    private const string ExampleLines = """
        lordba make-model -o models/1b.gguf --preset 1b --format q8_0
        lordba make-model -o models/small.gguf --n-embd 512 --n-ff 1536 --n-head 8 --n-head-kv 2 --head-dim 64 --n-layer 12 --format q4_0
        """;

    private readonly Option<string> output = new("--output", "-o") { Description = "The file to write; what is there is replaced when all is done", HelpName = "FILE.gguf", Required = true };
    private readonly Option<string> preset = new("--preset") { Description = "What the other numbers are if not given: 1b is 8 layers of 2048, 0.62 billion weights", DefaultValueFactory = _ => "1b" };
    private readonly Option<string> format = new("--format") { Description = "How the matrices are stored; norms are F32, the head is Q8_0 beside four-bit weights", DefaultValueFactory = _ => "q8_0" };
    private readonly Option<int?> nEmbd = NumberOption.Optional("--n-embd", "Width of the residual stream", 1, 1 << 16);
    private readonly Option<int?> nFf = NumberOption.Optional("--n-ff", "Width of the feed-forward block", 1, 1 << 18);
    private readonly Option<int?> nHead = NumberOption.Optional("--n-head", "Query heads", 1, 1 << 10);
    private readonly Option<int?> nHeadKv = NumberOption.Optional("--n-head-kv", "Key and value heads, which the query heads share", 1, 1 << 10);
    private readonly Option<int?> headDim = NumberOption.Optional("--head-dim", "Width of a head", 2, 1 << 10);
    private readonly Option<int?> nLayer = NumberOption.Optional("--n-layer", "Layers", 1, 1 << 10);
    private readonly Option<int?> nVocab = NumberOption.Optional("--n-vocab", "Tokens of the vocabulary: the marks of a chat, the 256 bytes, longer ones", ByteVocabulary.Least, 1 << 20);
    private readonly Option<int?> context = NumberOption.Optional("--context", "Tokens that a context may hold", 1, 1 << 20);
    private readonly Option<ulong> seed = NumberOption.Of<ulong>("--seed", "The same seed gives the same bytes", 0, 0, ulong.MaxValue);

    public MakeModelCommand(ToolContext context) : base("make-model", Purpose, ExampleLines, context)
    {
        preset.AcceptOnlyFromAmong("1b");
        format.AcceptOnlyFromAmong("f16", "q8_0", "q4_0", "q4_1");
        Option[] numbers = [nEmbd, nFf, nHead, nHeadKv, headDim, nLayer, nVocab, this.context, seed];
        foreach (var option in (Option[])[output, preset, format, .. numbers]) Add(option);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var start = Context.Clock.GetTimestamp();
        var (shape, path) = (ShapeOf(arguments), arguments.GetRequiredValue(output));
        var type = Enum.Parse<GgmlType>(arguments.GetRequiredValue(format), ignoreCase: true);
        WillWrite(path);
        var tensors = RandomModel.Tensors(shape, type);
        long bytes;
        using (var progress = new Progress(Context, "make-model"))
            bytes = RandomModel.Save(path, shape, type, arguments.GetValue(seed), progress.OfBytes(tensors.Sum(tensor => tensor.Bytes)), Context.Interrupted);

        var parameters = tensors.Sum(tensor => tensor.Elements);
        var result = new MakeModelResult(path, bytes, parameters, Context.Clock.GetElapsedTime(start).TotalSeconds, TypeShare.Of(tensors.Select(tensor => (tensor.Type, tensor.Bytes))));
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.MakeModelResult);
        else Context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {FactList.Number(parameters)} weights, {FactList.Bytes(result.Bytes)}, in {result.Seconds:0.0} s"));
    }

    private ModelShape ShapeOf(ParseResult arguments)
    {
        var usual = ModelShape.OneBillion;
        return new ModelShape
        {
            NEmbd = arguments.GetValue(nEmbd) ?? usual.NEmbd,
            NFf = arguments.GetValue(nFf) ?? usual.NFf,
            NHead = arguments.GetValue(nHead) ?? usual.NHead,
            NHeadKv = arguments.GetValue(nHeadKv) ?? usual.NHeadKv,
            HeadDim = arguments.GetValue(headDim) ?? usual.HeadDim,
            NLayer = arguments.GetValue(nLayer) ?? usual.NLayer,
            NVocab = arguments.GetValue(nVocab) ?? usual.NVocab,
            ContextLength = arguments.GetValue(context) ?? usual.ContextLength,
        };
    }
}

/// <summary>What <c>make-model</c> prints.</summary>
/// <param name="Output">The file written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Parameters">Elements of all tensors.</param>
/// <param name="Seconds">Time.</param>
/// <param name="Types">How they are stored, the largest first.</param>
internal sealed record MakeModelResult(string Output, long Bytes, long Parameters, double Seconds, IReadOnlyList<TypeShare> Types);
