using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of a set: the class, its instance, and how it finds a kernel.</summary>
internal static class KernelSetEmitter
{
    public static string Emit(KernelSetSpec set) => $"// {set.FullName}, {set.Kernels.Length} kernels\n";
}
