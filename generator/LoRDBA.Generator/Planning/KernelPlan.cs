using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Planning;

/// <summary>All that is to be emitted, and all that is wrong.</summary>
/// <param name="Sets">In the order of their names.</param>
/// <param name="Errors">To be reported.</param>
internal sealed record KernelPlan(EquatableArray<KernelSetSpec> Sets, EquatableArray<DiagnosticInfo> Errors);
