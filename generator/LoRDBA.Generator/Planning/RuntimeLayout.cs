using LoRDBA.Runtime.Kernels.Signs;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Planning;

/// <summary>The memory layout of the LoRDBA.Runtime that a project references.</summary>
/// <param name="IsReferenced">Whether the project references a LoRDBA.Runtime at all.</param>
/// <param name="Version">The runtime's number; null: it names none, being older than layouts.</param>
internal sealed record RuntimeLayout(bool IsReferenced, int? Version)
{
    private const string Set = "LoRDBA.Runtime.Kernels.Signs.SignKernels";
    private const string Layout = "LoRDBA.Runtime.Kernels.Signs." + nameof(SignLayout);

    /// <summary>The layout that this generator makes kernels for.</summary>
    public static RuntimeLayout OfGenerator { get; } = new(true, SignLayout.Version);

    /// <summary>Whether kernels of this generator are right for it.</summary>
    public bool Fits => this == OfGenerator;

    /// <summary>What the project does, for a message.</summary>
    public string Description =>
        !IsReferenced ? "references no LoRDBA.Runtime" :
        Version is { } version ? $"references a LoRDBA.Runtime with layout {version}" :
        "references a LoRDBA.Runtime that is too old to name its layout";

    /// <summary>Reads it from a compilation's references.</summary>
    public static RuntimeLayout Of(Compilation compilation)
    {
        if (compilation.GetTypeByMetadataName(Set) is not { } set) return new(false, null);
        var members = set.ContainingAssembly.GetTypeByMetadataName(Layout)?.GetMembers(nameof(SignLayout.Version));
        return new(true, members?.OfType<IFieldSymbol>().FirstOrDefault()?.ConstantValue as int?);
    }
}
