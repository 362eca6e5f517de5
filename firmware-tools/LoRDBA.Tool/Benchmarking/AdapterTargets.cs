using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>Which linears of every layer an adapter adapts.</summary>
/// <param name="Name">As reports call them.</param>
/// <param name="Kinds">The linears.</param>
internal sealed record AdapterTargets(string Name, LinearKind[] Kinds)
{
    /// <summary>All seven linears of a layer, as QLoRA has it.</summary>
    public static AdapterTargets AllSeven { get; } = new("all", [
        LinearKind.Query, LinearKind.Key, LinearKind.Value, LinearKind.AttentionOutput, LinearKind.Gate, LinearKind.Up, LinearKind.Down]);

    /// <summary>Query and value alone, as the LoRA paper has it.</summary>
    public static AdapterTargets QueryAndValue { get; } = new("qv", [LinearKind.Query, LinearKind.Value]);

    /// <summary>Both, the larger first.</summary>
    public static IReadOnlyList<AdapterTargets> Both { get; } = [AllSeven, QueryAndValue];

    /// <summary>The linears of a model that they mean; the head is never one.</summary>
    public IReadOnlyList<Linear> Of(Model model) => [.. model.Linears.Where(linear => Kinds.Contains(linear.Kind))];
}
