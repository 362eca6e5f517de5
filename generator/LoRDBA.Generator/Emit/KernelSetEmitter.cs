using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of a set: the class, its instance, and how it finds a kernel.</summary>
internal static class KernelSetEmitter
{
    public static string Emit(KernelSetSpec set)
    {
        var writer = new SourceWriter();
        KernelEmitters.Begin(writer, $"// {set.ClassName}: {set.Kernels.Length} kernels for {set.BaseName ?? "any base"}. Boards: {set.Boards}. Paths: {KernelEmitters.NamesOf(set.Paths)}.",
            set.Namespace, "System.Runtime.Intrinsics.Arm", "System.Runtime.Intrinsics.X86", "LoRDBA.Runtime.Kernels.Signs");
        writer.Line($"/// <summary>The generated kernels for {set.BaseName ?? "any base"} on {set.Boards}.</summary>");
        writer.Block($"{set.Accessibility} sealed {(set.IsPartial ? "partial " : "")}class {set.ClassName} : SignKernels", () =>
        {
            writer.Line("/// <summary>Hand it to an engine: <c>EngineOptions.Kernels</c>.</summary>").Line($"public static {set.ClassName} Instance {{ get; }} = new();").Line();
            writer.Each(set.Kernels.Length, i => $"private readonly {set.Kernels[i].Kind}Kernel {FieldOf(set.Kernels[i])} = new {set.Kernels[i].Name}();");
            writer.Line().Line($"private {set.ClassName}() {{ }}").Line();
            writer.Line("/// <inheritdoc/>").Line($"public override string Name => \"{set.ClassName}\";").Line();
            if (set.BaseFingerprint is not null) writer.Line("/// <inheritdoc/>").Line($"public override string BaseFingerprint => \"{set.BaseFingerprint}\";").Line();
            if (Checks(set.Paths) is { Length: > 0 } checks)
                writer.Line("/// <inheritdoc/>")
                    .Line($"public override string? CannotRunHere => {checks}")
                    .Line($"    ? null : \"it was generated for {set.Boards}, and this processor has none of {KernelEmitters.NamesOf(set.Paths).Replace(", scalar", "")}: add its board to LordbaBoard and build again.\";").Line();
            Find(writer, set, KernelKind.Shrink, "nIn");
            writer.Line();
            Find(writer, set, KernelKind.Expand, "nOut");
        });
        return writer.ToString();
    }

    private static string FieldOf(KernelSpec kernel) => $"{kernel.Kind.ToString().ToLowerInvariant()}{kernel.Channels}R{kernel.Rank}";

    private static void Find(SourceWriter writer, KernelSetSpec set, KernelKind kind, string channels)
    {
        writer.Line("/// <inheritdoc/>").Line($"public override {kind}Kernel? Find{kind}(int {channels}, int rank) => ({channels}, rank) switch").Line("{");
        foreach (var kernel in set.Kernels)
            if (kernel.Kind == kind) writer.Line($"    ({kernel.Channels}, {kernel.Rank}) => {FieldOf(kernel)},");
        writer.Line("    _ => null,").Line("};");
    }

    private static string Checks(Paths paths)
    {
        var checks = new List<string>();
        if ((paths & Paths.Avx512) != 0) checks.Add("Avx512BW.IsSupported");
        if ((paths & Paths.Avx2) != 0) checks.Add("Avx2.IsSupported");
        if ((paths & Paths.Dp) != 0) checks.Add("Dp.IsSupported");
        if ((paths & Paths.AdvSimd) != 0) checks.Add("AdvSimd.Arm64.IsSupported");
        return string.Join(" || ", checks);
    }
}
