using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of one kernel.</summary>
internal static class KernelEmitters
{
    public static string Emit(KernelSpec spec) => $"// {spec.Name}\n";
}
