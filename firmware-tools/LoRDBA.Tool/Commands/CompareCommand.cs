using System.CommandLine;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Comparison;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba compare --base MODEL --adapter PEFT_DIR --data TEST.jsonl -o REPORT_DIR</c>: quality against bytes of LoRDBA and of other ways to make a LoRA small.</summary>
internal sealed class CompareCommand : Verb
{
    private const string Purpose =
        "Measures a base, a PEFT LoRA, LoRDBA conversions of many sizes and other low-bit ways to store the LoRA on the same lines, and writes a table, JSON and a page with the frontier of quality against bytes. What was measured is kept: an interrupted comparison goes on.";

    private const string ExampleLines = """
        lordba compare --base model.gguf --adapter lora/ --data test.jsonl -o report/
        lordba compare --base model.gguf --adapter lora/ --data test.jsonl -o report/ --limit 20
        """;

    private readonly Option<string> model = new("--base") { Description = "The GGUF model that the LoRA was trained for", HelpName = "MODEL", Required = true };
    private readonly Option<string> lora = new("--adapter") { Description = "A directory with adapter_config.json and adapter_model.safetensors", HelpName = "PEFT_DIR", Required = true };
    private readonly Option<string> data = new("--data") { Description = "JSON lines, each with the texts prompt and completion, as for eval", HelpName = "TEST.jsonl", Required = true };
    private readonly Option<string> output = new("--output", "-o") { Description = "Where report.html, report.json and the measured results go", HelpName = "REPORT_DIR", Required = true };
    private readonly Option<int?> limit = NumberOption.Optional("--limit", "Measure only the first so many lines", 1, int.MaxValue);
    private readonly Option<int> threads = NumberOption.Of("--threads", "Lines that are scored at a time, each by one thread", Environment.ProcessorCount, 1, 256);

    public CompareCommand(ToolContext context) : base("compare", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(lora);
        Add(data);
        Add(output);
        Add(limit);
        Add(threads);
    }

    /// <inheritdoc/>
    protected override bool RunsModel => true;

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        using var baseModel = Model.Load(arguments.GetRequiredValue(model));
        using var adapter = Adapter.Load(arguments.GetRequiredValue(lora), baseModel);
        Context.Notify(adapter.Notice);
        ConversionException.ThrowUnlessLora(adapter, "compared");
        var tokenizer = Tokenizer.FromGguf(baseModel.File);
        Context.Notify([.. baseModel.Notices, .. tokenizer.Notices]);
        var reader = new EvalData(arguments.GetRequiredValue(data), tokenizer, EvalData.ChatOf(baseModel.File, tokenizer, Context), arguments.GetValue(limit), DataScore.MostTokens(baseModel));
        var samples = reader.Read();
        var folder = Directory.CreateDirectory(arguments.GetRequiredValue(output)).FullName;
        var cache = new ScoreCache(Path.Combine(folder, "results"), DigestOf(baseModel.File, samples));
        var points = Measure(adapter, arguments.GetValue(threads), samples, cache);
        var result = ComparisonResult.Of(baseModel.Config.Name, adapter.Name, samples.Count, samples.Sum(sample => (long)sample.Completion.Length), points);

        WholeFile.Write(Path.Combine(folder, "report.html"), file => file.Write(System.Text.Encoding.UTF8.GetBytes(ComparisonReport.ToHtml(result))));
        WholeFile.Write(Path.Combine(folder, "report.json"), file => System.Text.Json.JsonSerializer.Serialize(file, result, JsonOutput.Types.ComparisonResult));
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.ComparisonResult);
        else Print(result, folder);
    }

    private List<ComparisonPoint> Measure(Adapter lora, int threads, List<EvalSample> samples, ScoreCache cache)
    {
        var sequences = new List<Sequence>();
        try
        {
            while (sequences.Count < threads) sequences.Add(lora.Model.CreateSequence(new() { ContextLength = DataScore.ContextFor(samples) }, new() { Threads = 1 }));
            return Measure(lora, sequences, samples, cache);
        }
        finally
        {
            foreach (var sequence in sequences) sequence.Dispose();
        }
    }

    private List<ComparisonPoint> Measure(Adapter lora, List<Sequence> sequences, List<EvalSample> samples, ScoreCache cache)
    {
        var adapted = lora.Model.Linears.Where(linear => lora.RankOf(linear) > 0).ToArray();
        var channels = adapted.Sum(linear => (long)linear.NIn + linear.NOut);
        var fp16Bytes = adapted.Sum(linear => 2L * lora.RankOf(linear) * (linear.NIn + linear.NOut));
        var candidates = Candidate.All(lora, fp16Bytes);
        var points = new List<ComparisonPoint>();
        using var progress = new Progress(Context, "compare");
        foreach (var candidate in candidates)
        {
            progress.Report(points.Count, candidates.Count, $"{candidate.Family} {candidate.Setting}");
            var (made, bytes) = candidate.Make(Context.Interrupted);
            try
            {
                foreach (var sequence in sequences) sequence.Use(made);
                var score = cache.Get(made?.Digest, () => DataScore.Measure(sequences, samples, Context.Interrupted));
                points.Add(new ComparisonPoint(candidate.Family, candidate.Setting, bytes, made is null ? null : (double)fp16Bytes / bytes, 8.0 * bytes / channels, score.Nll, score.ExactMatch, null));
            }
            finally
            {
                foreach (var sequence in sequences) sequence.Use(null);
                if (made != lora) made?.Dispose();
            }
        }
        return points;
    }

    /// <summary>Whatever a score depends on beside the adapter: the base as it lies in its file, and the tokens of the samples.</summary>
    private static Sha256Digest DigestOf(GgufFile model, List<EvalSample> samples)
    {
        var content = new List<byte>(model.Digest().ToArray());
        foreach (var sample in samples)
            foreach (var tokens in (int[][])[sample.Prompt, sample.Completion])
                content.AddRange([.. BitConverter.GetBytes(tokens.Length), .. MemoryMarshal.AsBytes<int>(tokens)]);
        return Sha256Digest.Of([.. content]);
    }

    private void Print(ComparisonResult result, string folder)
    {
        TableOutput.Write(Context, ComparisonReport.Headings, result.Points.Select(ComparisonReport.Row));
        foreach (var sentence in ComparisonReport.Verdict(result)) Context.Out.WriteLine(sentence);
        Context.Out.WriteLine(Path.Combine(folder, "report.html"));
    }
}
