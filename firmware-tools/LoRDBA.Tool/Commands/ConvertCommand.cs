using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba convert ADAPTER --base MODEL -o OUT</c>: a LoRA as signs and scales, without training, or any adapter as a LoRA.</summary>
internal sealed class ConvertCommand : Verb
{
    private const string Purpose =
        "Converts a LoRA into a LoRDBA adapter, about a thirteenth of its fp16 size, without training, and tells how close each kind of weight came; " +
        "or any adapter into a LoRA, for llama.cpp (FILE.gguf) or PEFT (DIR/); or signs from and to the form of the method's authors (DIR.dbf), as they are.";

    private const string ExampleLines = """
        lordba convert lora/ --base model.gguf -o home.lordba
        lordba convert lora/ --base model.gguf -o home.lordba --in-scale
        lordba convert lora/ --base model.gguf -o small.lordba --rank 8 --scale-bits 3
        lordba convert lora/ --base model.gguf -o home.lordba --max-bytes 500000 --calibrate train.jsonl
        lordba convert home.lordba --base model.gguf -o home-lora.gguf
        lordba convert home.lordba --base model.gguf -o home-lora/
        lordba convert lordba_qat_dbf/ --base model.gguf -o home.lordba
        lordba convert home.lordba --base model.gguf -o home.dbf
        """;

    /// <summary>The mean squares of inputs hardly move after so many.</summary>
    private const int CalibrationLines = 200;

    private readonly Argument<string> lora = new("ADAPTER") { Description = "A directory of PEFT, mlx-lm or the method's authors, a GGUF LoRA or a .lordba file" };
    private readonly Option<string> model = new("--base") { Description = "The GGUF model that the LoRA was trained for, in any quantization", HelpName = "MODEL", Required = true };
    private readonly Option<string> output = new("--output", "-o") { Description = "What to write: FILE.gguf is a LoRA for llama.cpp, DIR/ one for PEFT, DIR.dbf signs as the method's authors save them, anything else a LoRDBA adapter; what is there is replaced when all is done", HelpName = "OUT", Required = true };
    private readonly Option<int?> rank = NumberOption.Optional("--rank", "Rows of signs on either side, in every weight; otherwise the LoRA's own rank", 1, LordbaFactors.MaxRank);
    private readonly Option<double?> bitsPerChannel = NumberOption.Optional("--bits-per-channel", "Choose the rank of each weight so that all together take at most so many bits per input and output channel", 1.0, 200.0);
    private readonly Option<long?> maxBytes = NumberOption.Optional("--max-bytes", "Choose the rank of each weight so that the file has at most so many bytes", 1L, long.MaxValue);
    private readonly Option<int> scaleBits = new("--scale-bits") { Description = "Bits of a scale: 3, 4 or 8 for logarithmic codes, 16 for fp16", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<bool> inScale = new("--in-scale") { Description = "Scale the inputs too: closer, and a scale more for each input" };

    private readonly Option<string> calibrate = new("--calibrate")
    {
        Description = "JSON lines of prompt and completion, as for eval: errors count by how large the inputs are when the model answers them (200 lines are enough)",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<ulong> seed = NumberOption.Of<ulong>("--seed", "What the search begins with; the same seed gives the same bytes", 0, 0, ulong.MaxValue);

    public ConvertCommand(ToolContext context) : base("convert", Purpose, ExampleLines, context)
    {
        scaleBits.AcceptOnlyFromAmong("3", "4", "8", "16");
        Add(lora);
        Add(model);
        Add(output);
        Add(rank);
        Add(scaleBits);
        Add(inScale);
        Add(bitsPerChannel);
        Add(maxBytes);
        Add(calibrate);
        Add(seed);
        Validators.Add(result =>
        {
            if (result.GetResult(rank) is not null && (result.GetResult(bitsPerChannel) is not null || result.GetResult(maxBytes) is not null))
                result.AddError("--rank fixes the size: give it, or --bits-per-channel and --max-bytes.");
            if (result.GetValue(output) is { } path && AdapterExport.IsLora(path) && FitOptionOf(result) is { } option)
                result.AddError($"{option} is for LoRDBA adapters: a LoRA is written as it is.");
        });
    }

    /// <summary>The first option on the command line that says how signs are fitted.</summary>
    private string? FitOptionOf(CommandResult result) => result.Children.OfType<OptionResult>()
        .FirstOrDefault(option => !option.Implicit && option.Option != model && option.Option != output && option.Option != Json)?.Option.Name;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var start = Context.Clock.GetTimestamp();
        var path = arguments.GetRequiredValue(output);
        if (!AdapterExport.IsFolder(path)) WillWrite(path);
        using var baseModel = Model.Load(arguments.GetRequiredValue(model));
        var source = arguments.GetRequiredValue(lora);
        using var adapter = Adapter.Load(source, baseModel);
        Context.Notify(adapter.Notice);
        if (AdapterExport.IsLora(path))
        {
            Print(AdapterExport.SaveLora(adapter, path), "a LoRA", arguments);
            return;
        }
        if (adapter.Kind == AdapterKind.Lordba && FitOptionOf(arguments.CommandResult) is null && AdapterExport.SaveSigns(adapter, source, path) is { } signs)
        {
            Print(signs, "the signs", arguments);
            return;
        }
        var options = new ConversionOptions
        {
            Rank = arguments.GetValue(rank),
            BitsPerChannel = arguments.GetValue(bitsPerChannel),
            MaxBytes = arguments.GetValue(maxBytes),
            ScaleBits = arguments.GetValue(scaleBits),
            InScale = arguments.GetValue(inScale),
            Seed = arguments.GetValue(seed),
        };
        LordbaConverter.Check(adapter, options);
        var converted = Convert(adapter, options with { Inputs = arguments.GetValue(calibrate) is { } texts ? Calibrate(adapter, texts) : null });
        Context.Interrupted.ThrowIfCancellationRequested();
        var bytes = converted.ToArray();
        using var file = LordbaFile.From(GgufFile.FromBytes(bytes, path));
        if (AdapterExport.IsDbf(path)) SaveAsDbf(converted, path);
        else WholeFile.Write(path, stream => stream.Write(bytes));

        using var written = AdapterExport.IsDbf(path) ? Adapter.Load(path, baseModel) : Adapter.Load(file, baseModel);
        var kinds = ConversionSummary.Of(converted.Tensors, file);
        var result = new ConvertResult(path, written.ByteLength, adapter.ByteLength, written.Digest.ToString(), Context.Clock.GetElapsedTime(start).TotalSeconds, kinds);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.ConvertResult);
        else Print(result);
    }

    private static void SaveAsDbf(ConvertedAdapter converted, string path)
    {
        using var made = converted.Load();
        DbfWriter.Save(path, made);
    }

    private ConvertedAdapter Convert(Adapter adapter, ConversionOptions options)
    {
        using var progress = new Progress(Context, "convert");
        return LordbaConverter.Convert(adapter, options, progress.Counting(LordbaConverter.CountSteps(adapter, options)), Context.Interrupted);
    }

    private InputStatistics Calibrate(Adapter adapter, string path)
    {
        var tokenizer = Tokenizer.FromGguf(adapter.Model.File);
        var reader = new EvalData(path, tokenizer, EvalData.ChatOf(adapter.Model.File, tokenizer, Context), CalibrationLines, adapter.Model.Config.ContextLength);
        var samples = reader.Read();
        using var progress = new Progress(Context, "calibrate");
        return InputStatistics.Measure(adapter, [.. samples.Select(sample => (int[])[.. sample.Prompt, .. sample.Completion])], progress.Counting(samples.Count), Context.Interrupted);
    }

    private void Print(AdapterExport exported, string what, ParseResult arguments)
    {
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, exported, JsonOutput.Types.AdapterExport);
        else exported.Print(Context.Out, what);
    }

    private void Print(ConvertResult result)
    {
        string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        TableOutput.Write(Context, ["weights", "#tensors", "#cosine", "#bits a channel", "#fp16 bytes", "#bytes"], result.Kinds.Select(kind => new[]
        {
            kind.Kind, $"{kind.Tensors}", Number(kind.Cosine, "0.000"), Number(kind.BitsPerChannel, "0.0"), FactList.Number(kind.Fp16Bytes), FactList.Number(kind.Bytes),
        }));
        Context.Out.WriteLine($"{result.Output}: {FactList.Bytes(result.Bytes)}, from {FactList.Bytes(result.LoraBytes)}, in {Number(result.Seconds, "0.0")} s, digest {result.Digest}");
    }
}

/// <summary>What <c>convert</c> prints.</summary>
/// <param name="Output">The file written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="LoraBytes">Size of the LoRA's files.</param>
/// <param name="Digest">SHA-256 of the content: the adapter's identity.</param>
/// <param name="Seconds">Time, with loading.</param>
/// <param name="Kinds">A row for each kind of weight; the last is for all.</param>
internal sealed record ConvertResult(string Output, long Bytes, long LoraBytes, string Digest, double Seconds, IReadOnlyList<ConversionSummary> Kinds);
