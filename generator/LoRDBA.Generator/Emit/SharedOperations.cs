using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of what the kernels of a namespace share.</summary>
internal static class SharedOperations
{
    public static string Emit(string ns, Paths paths) => $"// {ns}: {paths}\n";
}
