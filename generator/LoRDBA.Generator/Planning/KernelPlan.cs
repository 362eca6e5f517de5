using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Planning;

/// <summary>All that is to be emitted, and all that is wrong.</summary>
/// <param name="Sets">In the order of their names.</param>
/// <param name="Shared">What the sets of a namespace share.</param>
/// <param name="Errors">To be reported.</param>
internal sealed record KernelPlan(EquatableArray<KernelSetSpec> Sets, EquatableArray<SharedSpec> Shared, EquatableArray<DiagnosticInfo> Errors);

/// <summary>What the kernels of one namespace share.</summary>
/// <param name="Namespace">Empty: the global one.</param>
/// <param name="Paths">Instruction sets of all its kernels.</param>
internal sealed record SharedSpec(string Namespace, Paths Paths)
{
    /// <summary>The generated file.</summary>
    public string HintName => Namespace.Length == 0 ? "LordbaOperations.g.cs" : $"{Namespace}.LordbaOperations.g.cs";
}
