using System.CommandLine;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Manifests;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba manifest BASE [ADAPTER ...] -o FILE.shapes</c>: the shapes that the source generator makes kernels for.</summary>
internal sealed class ManifestCommand : Verb
{
    private const string Purpose =
        "Lists the shapes and ranks of a model's adapters in a text file, from which the source generator makes kernels for a firmware project.";

    private const string ExampleLines = """
        lordba manifest model.gguf home.lordba -o home.shapes
        lordba manifest model.gguf home-en.lordba home-de.lordba -o home.shapes
        lordba manifest model.gguf --rank 16 -o home.shapes
        """;

    private readonly Argument<string> model = new("BASE") { Description = "The GGUF model that the adapters are for, in any quantization" };
    private readonly Argument<string[]> adapters = new("ADAPTER") { Description = "The .lordba files to be served; without any, --rank says what to expect", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> output = new("--output", "-o") { Description = "The file to write; what is there is replaced", HelpName = "FILE.shapes", Required = true };
    private readonly Option<int?> rank = NumberOption.Optional("--rank", "Without an adapter: every linear at this rank", 1, SignLayout.MaxGeneratedRank);
    private readonly Option<bool> scaleIn = new("--scale-in") { Description = "Without an adapter: with input scales" };

    public ManifestCommand(ToolContext context) : base("manifest", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(adapters);
        Add(output);
        Add(rank);
        Add(scaleIn);
        Validators.Add(result =>
        {
            var hasAdapters = result.GetValue(adapters) is { Length: > 0 };
            var hasRank = result.GetResult(rank) is not null;
            if (!hasAdapters && !hasRank) result.AddError("Give the adapters to be served, or --rank.");
            if (hasAdapters && (hasRank || result.GetValue(scaleIn))) result.AddError("--rank and --scale-in are for a manifest without an adapter: an adapter has its own.");
        });
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var path = arguments.GetRequiredValue(output);
        WillWrite(path);
        using var baseModel = Model.Load(arguments.GetRequiredValue(model));
        AdapterShapes[] shapes = arguments.GetValue(rank) is { } wanted
            ? [AdapterShapes.OfAll(baseModel, wanted, arguments.GetValue(scaleIn))]
            : [.. arguments.GetRequiredValue(adapters).Select(path => AdapterShapes.Load(path, baseModel))];
        ManifestWriter.Save(path, baseModel, shapes);

        var result = new ManifestResult(path, baseModel.Config.Name, baseModel.Fingerprint.ToString(), [.. shapes.Select(Describe)]);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.ManifestResult);
        else Print(result);
    }

    private void Print(ManifestResult result)
    {
        TableOutput.Write(Context, ["adapter", "#linears", "#ranks", "digest"], result.Adapters.Select(adapter => new[]
        {
            adapter.Name ?? "any", FactList.Number(adapter.Linears), adapter.Ranks is [var least, var most] && least != most ? $"{least}-{most}" : $"{adapter.Ranks[0]}", adapter.Digest?[..12] ?? "",
        }));
        Context.Out.WriteLine($"{result.Output}: for {result.BaseName}, fingerprint {result.BaseFingerprint}");
    }

    private static ManifestAdapter Describe(AdapterShapes shapes) =>
        new(shapes.Name, shapes.Digest, shapes.Linears.Count, [shapes.Linears.Min(linear => linear.Rank), shapes.Linears.Max(linear => linear.Rank)]);
}

/// <summary>What <c>manifest</c> prints.</summary>
/// <param name="Output">The file written.</param>
/// <param name="BaseName">The model.</param>
/// <param name="BaseFingerprint">The base that the kernels will be for.</param>
/// <param name="Adapters">What is to be served; one without a name where no adapter was given.</param>
internal sealed record ManifestResult(string Output, string BaseName, string BaseFingerprint, IReadOnlyList<ManifestAdapter> Adapters);

/// <summary>An adapter whose shapes a manifest lists.</summary>
/// <param name="Name">The adapter's; absent where --rank stands for it.</param>
/// <param name="Digest">Its identity; absent likewise.</param>
/// <param name="Linears">How many it adapts.</param>
/// <param name="Ranks">Smallest and largest.</param>
internal sealed record ManifestAdapter(string? Name, string? Digest, int Linears, int[] Ranks);
