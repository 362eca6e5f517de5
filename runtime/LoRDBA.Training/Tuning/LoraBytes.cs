using System.Runtime.InteropServices;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tuning;

/// <summary>The factors of a LoRA one after the other, as the best epoch keeps them.</summary>
internal static class LoraBytes
{
    public static byte[] Of(BranchSet set)
    {
        using var memory = new MemoryStream();
        foreach (var factors in BranchExport.ToLora(set))
        {
            memory.Write(MemoryMarshal.AsBytes<float>(factors.A));
            memory.Write(MemoryMarshal.AsBytes<float>(factors.B));
        }
        return memory.ToArray();
    }

    /// <summary>The same shapes with these numbers.</summary>
    public static IReadOnlyList<LoraFactors> Read(BranchSet set, byte[] bytes)
    {
        var shapes = BranchExport.ToLora(set);
        var offset = 0;
        foreach (var values in shapes.SelectMany(factors => new[] { factors.A, factors.B }))
        {
            bytes.AsSpan(offset, values.Length * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            offset += values.Length * sizeof(float);
        }
        return shapes;
    }
}
