using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of a set: the class, its instance, and how it finds a kernel.</summary>
internal static class KernelSetEmitter
{
    public static string Emit(KernelSetSpec set)
    {
        var writer = new SourceWriter();
        var baseName = Escape.Comment(set.BaseName ?? "any base");
        var title = $"// {set.ClassName}: {set.Kernels.Length} kernels for {baseName}. Boards: {set.Boards}. Paths: {KernelEmitters.NamesOf(set.Paths)}.";
        KernelEmitters.File(writer, title, set.Namespace, () => Class(writer, set, ProjectNames.Escape(set.ClassName)));
        return writer.ToString();
    }

    private static void Class(SourceWriter writer, KernelSetSpec set, string name) => writer
        .Line($"/// <summary>The generated kernels for {Escape.Xml(set.BaseName ?? "any base")} on {set.Boards}.</summary>")
        .Block($"{set.Accessibility} sealed {(set.IsPartial ? "partial " : "")}class {name} : SignKernels", () =>
        {
            // A project that sees the internals of another, such as its tests, may have a set of the same name: its own is meant.
            writer.Line("#pragma warning disable CS0436")
                .Line("/// <summary>Hand it to an engine: <c>EngineOptions.Kernels</c>.</summary>")
                .Line($"public static {name} Instance {{ get; }} = new {name}();")
                .Line("#pragma warning restore CS0436").Line();
            foreach (var kernel in set.Kernels) writer.Line($"private readonly {kernel.Kind}Kernel {FieldOf(kernel)} = new {kernel.Name}();");
            writer.Line().Line($"private {name}() {{ }}").Line();
            writer.Line("/// <inheritdoc/>").Line($"public override string Name => \"{set.ClassName}\";").Line();
            // The number itself: a constant of the runtime would not tell of which build the set is.
            writer.Line("/// <inheritdoc/>").Line($"public override int LayoutVersion => {SignLayout.Version};").Line();
            if (set.BaseFingerprint is not null)
                writer.Line("/// <inheritdoc/>").Line($"public override string BaseFingerprint => \"{set.BaseFingerprint}\";").Line();
            if (set.Paths != Paths.Scalar)
                writer.Line("/// <inheritdoc/>")
                    .Line("public override string? CannotRunHere =>")
                    .Line($"    InstructionSets.WhyNoneRuns(\"{set.Boards}\", {string.Join(", ", Checks.SetsOf(set.Paths))});").Line();
            Find(writer, set, KernelKind.Shrink, "nIn");
            writer.Line();
            Find(writer, set, KernelKind.Expand, "nOut");
        });

    private static string FieldOf(KernelSpec kernel) => $"{kernel.Kind.ToString().ToLowerInvariant()}{kernel.Channels}R{kernel.Rank}";

    private static void Find(SourceWriter writer, KernelSetSpec set, KernelKind kind, string channels)
    {
        writer.Line("/// <inheritdoc/>").Line($"public override {kind}Kernel? Find{kind}(int {channels}, int rank) => ({channels}, rank) switch").Line("{");
        foreach (var kernel in set.Kernels)
            if (kernel.Kind == kind) writer.Line($"    ({kernel.Channels}, {kernel.Rank}) => {FieldOf(kernel)},");
        writer.Line("    _ => null,").Line("};");
    }
}
