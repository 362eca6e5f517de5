using System.CommandLine;
using System.Globalization;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Tuning;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba tune MODEL --data TRAIN.jsonl -o OUT.lordba</c>: makes an adapter of lines of prompt and completion, on this machine.</summary>
internal sealed class TuneCommand : Verb
{
    private const string Purpose =
        "Tunes an adapter on lines of prompt and completion, through the quantized model itself; only the completions are learned. It keeps the epoch that knows the held-out lines best. " +
        "Where it is interrupted, it leaves OUT.checkpoint, from which --resume goes on to the same bytes.";

    private const string ExampleLines = """
        lordba tune model.gguf --data train.jsonl -o home.lordba
        lordba tune model.gguf --data train.jsonl --held-out test.jsonl -o home.lordba --start lora/ --epochs 2
        lordba tune model.gguf --data train.jsonl -o home.lordba --method latent-free --rank 8
        lordba tune model.gguf --data train.jsonl -o lora/ --kind lora
        lordba tune model.gguf --data train.jsonl -o home.lordba --resume
        """;

    /// <summary>Of the data, where no held-out file is given: every tenth line.</summary>
    private const int HeldOutPeriod = 10;

    private readonly Argument<string> model = new("MODEL") { Description = "The GGUF model" };
    private readonly Option<string> data = new("--data") { Description = "JSON lines, each with the texts prompt and completion; a model that chats gets them as a user's message and its answer", HelpName = "FILE.jsonl", Required = true };
    private readonly Option<string> output = new("--output", "-o") { Description = "What to write: a .lordba file; with --kind lora DIR/ for PEFT, or FILE.gguf for llama.cpp", HelpName = "OUT", Required = true };
    private readonly Option<string> heldOut = new("--held-out") { Description = "Lines that tell how well it learned, none of them learned; otherwise every tenth line of the data is kept apart", HelpName = "FILE.jsonl" };
    private readonly Option<string> start = new("--start") { Description = "An adapter to begin with: a .lordba file, or a LoRA, which is converted first", HelpName = "ADAPTER" };
    private readonly Option<string> kind = new("--kind") { Description = "lordba: signs and scales; lora: a LoRA", HelpName = "KIND", DefaultValueFactory = _ => "lordba" };
    private readonly Option<string> method = new("--method") { Description = "latents: signs of real numbers that are tuned; latent-free: signs that are flipped, which takes about a third of the memory", HelpName = "METHOD", DefaultValueFactory = _ => "latents" };
    private readonly Option<int?> rank = NumberOption.Optional("--rank", "Rank of every branch; otherwise that of the start, or 16", 1, 4096);
    private readonly Option<int?> epochs = NumberOption.Optional("--epochs", "How often each line is seen; otherwise 4, or 2 from a start", 1, 1000);
    private readonly Option<ulong> seed = NumberOption.Of<ulong>("--seed", "What chance begins with; the same seed gives the same bytes", 0, 0, ulong.MaxValue);
    private readonly Option<int> threads = NumberOption.Of("--threads", "Worker threads; they change no bit of the result", Environment.ProcessorCount, 1, 256);
    private readonly Option<bool> resume = new("--resume") { Description = "Go on from OUT.checkpoint, which an interrupted run of the same command has left" };

    public TuneCommand(ToolContext context) : base("tune", Purpose, ExampleLines, context)
    {
        kind.AcceptOnlyFromAmong("lordba", "lora");
        method.AcceptOnlyFromAmong("latents", "latent-free");
        Add(model);
        foreach (var option in new Option[] { data, output, heldOut, start, kind, method, rank, epochs, seed, threads, resume }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(output) is not { } path) return;
            var wantsLora = result.GetValue(kind) == "lora";
            if (wantsLora && !AdapterExport.IsLora(path)) result.AddError("--kind lora writes DIR/ or FILE.gguf: end the name of a new directory with a slash.");
            if (!wantsLora && (AdapterExport.IsLora(path) || AdapterExport.IsDbf(path))) result.AddError("A LoRDBA adapter is one file: give -o FILE.lordba, or --kind lora.");
        });
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var begin = Context.Clock.GetTimestamp();
        var path = arguments.GetRequiredValue(output);
        if (!AdapterExport.IsFolder(path)) WillWrite(path);
        using var baseModel = Model.Load(arguments.GetRequiredValue(model));
        var (train, held) = Read(baseModel, arguments);
        using var first = arguments.GetValue(start) is { } from ? Adapter.Load(from, baseModel) : null;
        Context.Notify(first?.Notice);
        var checkpoint = Path.TrimEndingDirectorySeparator(path) + ".checkpoint";
        var options = new TuningOptions
        {
            Method = arguments.GetValue(kind) == "lora" ? TuningMethod.Lora : arguments.GetValue(method) == "latent-free" ? TuningMethod.LatentFree : TuningMethod.Latents,
            Rank = arguments.GetValue(rank),
            Epochs = arguments.GetValue(epochs),
            Seed = arguments.GetValue(seed),
            Threads = arguments.GetValue(threads),
            CheckpointPath = checkpoint,
        };
        using var tuner = new AdapterTuner(baseModel, options, train, held, Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)), first);
        if (arguments.GetValue(resume)) tuner.Resume();
        var result = Tune(tuner);
        using var adapter = result.Adapter;
        if (result.LordbaFile is { } bytes) WholeFile.Write(path, file => file.Write(bytes));
        var written = result.LordbaFile is null ? AdapterExport.SaveLora(adapter, path) : null;
        File.Delete(checkpoint);
        Print(new TuneResult(
            path, written?.Bytes ?? adapter.ByteLength, written?.Digest ?? adapter.Digest.ToString(), train.Count, held.Count, result.Steps, result.NllBefore, result.NllAfter,
            result.EpochNlls, result.StateBytes, result.StepBytes, Context.Clock.GetElapsedTime(begin).TotalSeconds), arguments.GetValue(Json));
    }

    private (List<TuningSample> Train, List<TuningSample> HeldOut) Read(Model baseModel, ParseResult arguments)
    {
        var tokenizer = Tokenizer.FromGguf(baseModel.File);
        var chat = EvalData.ChatOf(baseModel.File, tokenizer, Context);
        List<TuningSample> Lines(string path) =>
            [.. new EvalData(path, tokenizer, chat, limit: int.MaxValue, DataScore.MostTokens(baseModel)).Read().Select(sample => new TuningSample(sample.Prompt, sample.Completion))];

        var all = Lines(arguments.GetRequiredValue(data));
        if (arguments.GetValue(heldOut) is { } path) return (all, Lines(path));
        if (all.Count < HeldOutPeriod)
            throw new EvalDataException(EvalDataError.TooFew, $"{arguments.GetRequiredValue(data)} has {all.Count} lines: too few to keep some apart. Give at least {HeldOutPeriod}, or --held-out FILE.");
        return ([.. all.Where((_, i) => i % HeldOutPeriod != HeldOutPeriod - 1)], [.. all.Where((_, i) => i % HeldOutPeriod == HeldOutPeriod - 1)]);
    }

    private TuningResult Tune(AdapterTuner tuner)
    {
        using var progress = new Progress(Context, "tune");
        var begin = Context.Clock.GetTimestamp();
        return tuner.Run(now =>
        {
            var seconds = Context.Clock.GetElapsedTime(begin).TotalSeconds;
            var speed = seconds > 0 ? now.Tokens / seconds : 0;
            var held = double.IsNaN(now.HeldOutNll) ? "" : string.Create(CultureInfo.InvariantCulture, $", held out {now.HeldOutNll:0.0000}");
            progress.Report(now.Step, now.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {now.Loss:0.000}{held}, {speed:0} tok/s"));
        }, Context.Interrupted);
    }

    private void Print(TuneResult result, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(Context.Out, result, JsonOutput.Types.TuneResult);
            return;
        }
        string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        new FactList()
            .Add("adapter", $"{result.Output}: {FactList.Bytes(result.Bytes)}, digest {result.Digest}")
            .Add("lines", $"{result.Lines} learned, {result.HeldOutLines} held out")
            .Add("held-out NLL", $"{Number(result.NllBefore, "0.0000")} before, {Number(result.NllAfter, "0.0000")} after")
            .Add("after each epoch", string.Join(", ", result.EpochNlls.Select(nll => Number(nll, "0.0000"))))
            .Add("memory", $"{FactList.Bytes(result.StateBytes)} of state, {FactList.Bytes(result.StepBytes)} of a step")
            .Add("time", $"{Number(result.Seconds, "0.0")} s, {result.Steps} steps")
            .Write(Context.Out);
    }
}

/// <summary>What <c>tune</c> prints.</summary>
/// <param name="Output">What was written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Digest">SHA-256 of the content: the adapter's identity.</param>
/// <param name="Lines">Lines that were learned.</param>
/// <param name="HeldOutLines">Lines that were measured.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="NllBefore">Held-out nats per completion token, the base alone.</param>
/// <param name="NllAfter">The same with the adapter.</param>
/// <param name="EpochNlls">The same after each epoch.</param>
/// <param name="StateBytes">Memory of what is trained, with gradients and optimizer.</param>
/// <param name="StepBytes">Memory of a step.</param>
/// <param name="Seconds">Time, with loading.</param>
internal sealed record TuneResult(
    string Output, long Bytes, string Digest, int Lines, int HeldOutLines, int Steps, double NllBefore, double NllAfter, IReadOnlyList<double> EpochNlls,
    long StateBytes, long StepBytes, double Seconds);
