using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>An adapter of either kind with random factors beside every linear of a model.</summary>
internal static class RandomAdapter
{
    public static Adapter Load(AdapterKind kind, Model model, TemporaryFolder folder)
    {
        if (kind == AdapterKind.Lora) return Adapter.Load(RandomPeft.Write(folder, model, rank: 5), model);
        var factors = model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank: 9, outBits: 4, inBits: linear.Index % 2 * 4, seed: linear.Index));
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]), "random")), model);
    }
}
