using System.CommandLine;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Analysis;
using LoRDBA.Tool.Output;
using LoRDBA.Training.Analysis;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba analyze PEFT_DIR --base MODEL</c>: how well signs can stand for a LoRA, tensor by tensor.</summary>
internal sealed class AnalyzeCommand : Verb
{
    private const string Purpose =
        "Tells how well signs can stand for a PEFT LoRA: the residual-to-magnitude ratio of its factors before and after the rotation, the error that it bounds beside the one measured, the energy of each rank, and errors after conversion at growing size.";

    private const string ExampleLines = """
        lordba analyze lora/ --base model.gguf
        lordba analyze lora/ --base model.gguf --html analysis.html --json
        """;

    private readonly Argument<string> lora = new("PEFT_DIR") { Description = "A directory with adapter_config.json and adapter_model.safetensors" };
    private readonly Option<string> model = new("--base") { Description = "The GGUF model that the LoRA was trained for", HelpName = "MODEL", Required = true };
    private readonly Option<string> html = new("--html") { Description = "Also write a page with plots", HelpName = "FILE.html" };

    public AnalyzeCommand(ToolContext context) : base("analyze", Purpose, ExampleLines, context)
    {
        Add(lora);
        Add(model);
        Add(html);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        if (arguments.GetValue(html) is { } page) WillWrite(page);
        using var baseModel = Model.Load(arguments.GetRequiredValue(model));
        using var adapter = Adapter.Load(arguments.GetRequiredValue(lora), baseModel);
        Context.Notify(adapter.Notice);
        var result = new AnalysisResult(baseModel.Config.Name, adapter.Name, [.. Analyse(adapter).Select(AnalyzedTensor.Of)], RatioSample.Take(seed: 0));

        if (arguments.GetValue(html) is { } path) WholeFile.Write(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(AnalysisReport.ToHtml(result))));
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.AnalysisResult);
        else TableOutput.Write(Context, AnalysisReport.Headings, AnalysisReport.Rows(result));
    }

    private IReadOnlyList<TensorAnalysis> Analyse(Adapter adapter)
    {
        using var progress = new Progress(Context, "analyze");
        return AdapterAnalysis.Run(adapter, progress.Counting(adapter.Model.Linears.Count), Context.Interrupted);
    }
}
