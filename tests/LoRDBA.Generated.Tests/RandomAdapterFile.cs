using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;

namespace LoRDBA.Generated.Tests;

/// <summary>A .lordba file with random factors beside every linear of a model.</summary>
internal static class RandomAdapterFile
{
    public static void Write(string path, Model model, int rank) => LordbaWriter.Save(
        path, RandomFactors.Header(LordbaBase.Of(model)),
        [.. model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank, outBits: 4, inBits: 0, seed: linear.Index))]);
}
