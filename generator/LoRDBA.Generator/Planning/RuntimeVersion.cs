using LoRDBA.Runtime.Kernels.Signs;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Planning;

/// <summary>
/// The LoRDBA.Runtime that a project references. Kernels have its memory layout as constants, call its methods and fill in its abstract
/// members, so they fit the runtime of the generator's own version alone.
/// </summary>
/// <param name="Number">The assembly's version in three numbers; null: the project references no LoRDBA.Runtime.</param>
/// <param name="Layout">The runtime's number of the memory layout; null: it names none, being older than layouts.</param>
internal sealed record RuntimeVersion(string? Number, int? Layout)
{
    private const string SetType = "LoRDBA.Runtime.Kernels.Signs.SignKernels";
    private const string LayoutType = "LoRDBA.Runtime.Kernels.Signs." + nameof(SignLayout);

    /// <summary>The one that this generator makes kernels for.</summary>
    public static RuntimeVersion OfGenerator { get; } = new(typeof(RuntimeVersion).Assembly.GetName().Version.ToString(3), SignLayout.Version);

    /// <summary>Whether kernels of this generator are right for it.</summary>
    public bool Fits => this == OfGenerator;

    /// <summary>What the project does, for a message.</summary>
    public string Description =>
        Number is null ? "references no LoRDBA.Runtime" :
        Layout is { } layout ? $"references LoRDBA.Runtime {Number} with layout {layout}" :
        $"references LoRDBA.Runtime {Number}, which is too old to name its layout";

    /// <summary>Reads it from a compilation's references.</summary>
    public static RuntimeVersion Of(Compilation compilation)
    {
        if (compilation.GetTypeByMetadataName(SetType) is not { ContainingAssembly: var assembly }) return new(null, null);
        var members = assembly.GetTypeByMetadataName(LayoutType)?.GetMembers(nameof(SignLayout.Version));
        return new(assembly.Identity.Version.ToString(3), members?.OfType<IFieldSymbol>().FirstOrDefault()?.ConstantValue as int?);
    }
}
