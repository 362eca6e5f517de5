using LoRDBA.Generator.Emit;
using LoRDBA.Generator.Manifest;
using LoRDBA.Generator.Planning;
using LoRDBA.Generator.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LoRDBA.Generator;

/// <summary>
/// Emits adapter kernels for exactly the shapes of a model. Only the pipeline is here: what each stage makes of its input are
/// pure functions in the folders beside.
/// <code>
/// [LordbaShapes] classes  -> FindShapes   \
/// LordbaManifest items    -> ReadManifest  > BuildPlan -> ReportDiagnostics
/// boards, compiler, runtime --------------/           \-> EmitSource (a kernel), EmitSet
/// </code>
/// Between two stages there are only values. An edit that changes no shape leaves BuildPlan and all after it cached; a rank that
/// changes has its own kernels emitted, and the set that finds them.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        context.RegisterPostInitializationOutput(output =>
        {
            output.AddEmbeddedAttributeDefinition();
            output.AddSource(ShapeAttributes.HintName, ShapeAttributes.Text);
        });

        var plan = Plan(context);
        context.RegisterSourceOutput(
            plan.SelectMany((plan, _) => plan.Errors).WithTrackingName(StepNames.ReportDiagnostics),
            (output, error) => output.ReportDiagnostic(error.ToDiagnostic()));

        var sets = plan.SelectMany((plan, _) => plan.Sets);
        var kernels = sets.SelectMany((set, _) => KernelSlots.Of(set)).SelectMany((slot, _) => slot);
        Emit(context, kernels, StepNames.EmitSource, spec => new(spec.HintName, KernelEmitters.Emit(spec)));
        Emit(context, sets, StepNames.EmitSet, set => new(set.HintName, KernelSetEmitter.Emit(set)));
    }

    private static IncrementalValueProvider<KernelPlan> Plan(IncrementalGeneratorInitializationContext context)
    {
        var shapes = context.SyntaxProvider
            .ForAttributeWithMetadataName(ShapeAttributes.Shapes, (node, _) => ShapeFinder.IsCandidate(node), ShapeFinder.Read)
            .WithTrackingName(StepNames.FindShapes);

        var manifests = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((pair, cancellation) => ManifestFile.Of(pair.Left, pair.Right, cancellation))
            .Where(file => file is not null)
            .Select((file, _) => file!.Read())
            .WithTrackingName(StepNames.ReadManifest);

        // The compilation is asked few questions only, whose answers hardly ever change.
        var compiler = context.CompilationProvider.Select((compilation, _) => CompilerOptions.Of((CSharpCompilation)compilation));
        var project = context.AnalyzerConfigOptionsProvider
            .Combine(compiler)
            .Select((pair, _) => ProjectOptions.Read(pair.Left.GlobalOptions, pair.Right));

        return manifests.Collect().Combine(shapes.Collect()).Combine(project)
            .Select((input, _) => KernelPlanner.Plan(input.Left.Left.Concat(input.Left.Right), input.Right))
            .WithTrackingName(StepNames.BuildPlan);
    }

    private static void Emit<T>(
        IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<T> specs, string step, Func<T, SourceFile> emit) =>
        context.RegisterSourceOutput(
            specs.Select((spec, _) => emit(spec)).WithTrackingName(step),
            (output, file) => output.AddSource(file.HintName, file.Text));

    private sealed record SourceFile(string HintName, string Text);
}
