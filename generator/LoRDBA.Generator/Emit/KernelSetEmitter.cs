using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of a set: the class, its instance, and how it finds a kernel.</summary>
internal static class KernelSetEmitter
{
    public static string Emit(KernelSetSpec set)
    {
        var writer = new SourceWriter();
        var baseName = set.BaseName ?? "any base";
        KernelEmitters.Begin(writer,
            $"// {set.ClassName}: {set.Kernels.Length} kernels for {Escape.Comment(baseName)}. Boards: {set.Boards}. Paths: {KernelEmitters.NamesOf(set.Paths)}.",
            set.Namespace, Checks.Namespace, KernelEmitters.SignsNamespace);
        writer.Line($"/// <summary>The generated kernels for {Escape.Xml(baseName)} on {set.Boards}.</summary>");
        writer.Block($"{set.Accessibility} sealed {(set.IsPartial ? "partial " : "")}class {set.ClassName} : SignKernels", () =>
        {
            writer.Line("/// <summary>Hand it to an engine: <c>EngineOptions.Kernels</c>.</summary>")
                .Line($"public static {set.ClassName} Instance {{ get; }} = new();").Line();
            foreach (var kernel in set.Kernels) writer.Line($"private readonly {kernel.Kind}Kernel {FieldOf(kernel)} = new {kernel.Name}();");
            writer.Line().Line($"private {set.ClassName}() {{ }}").Line();
            writer.Line("/// <inheritdoc/>").Line($"public override string Name => \"{set.ClassName}\";").Line();
            // The number itself: a constant of the runtime would not tell of which build the set is.
            writer.Line("/// <inheritdoc/>").Line($"public override int LayoutVersion => {SignLayout.Version};").Line();
            if (set.BaseFingerprint is not null)
                writer.Line("/// <inheritdoc/>").Line($"public override string BaseFingerprint => \"{set.BaseFingerprint}\";").Line();
            if (Checks.AnyOf(set.Paths) is { Length: > 0 } checks)
                writer.Line("/// <inheritdoc/>")
                    .Line("public override string? CannotRunHere =>")
                    .Line($"    {checks}")
                    .Line($"        ? null : \"it was generated for {set.Boards}, and this processor has none of {NamesOf(set.Paths)}: \"")
                    .Line("            + \"add its board to LordbaBoard and build again.\";").Line();
            Find(writer, set, KernelKind.Shrink, "nIn");
            writer.Line();
            Find(writer, set, KernelKind.Expand, "nOut");
        });
        return writer.ToString();
    }

    private static string NamesOf(Paths paths) => KernelEmitters.NamesOf(paths).Replace(", scalar", "");

    private static string FieldOf(KernelSpec kernel) => $"{kernel.Kind.ToString().ToLowerInvariant()}{kernel.Channels}R{kernel.Rank}";

    private static void Find(SourceWriter writer, KernelSetSpec set, KernelKind kind, string channels)
    {
        writer.Line("/// <inheritdoc/>").Line($"public override {kind}Kernel? Find{kind}(int {channels}, int rank) => ({channels}, rank) switch").Line("{");
        foreach (var kernel in set.Kernels)
            if (kernel.Kind == kind) writer.Line($"    ({kernel.Channels}, {kernel.Rank}) => {FieldOf(kernel)},");
        writer.Line("    _ => null,").Line("};");
    }
}
