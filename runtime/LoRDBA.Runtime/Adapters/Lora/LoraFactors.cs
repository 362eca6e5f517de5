using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>What an adapter adds to one linear, as real factors: Scaling · B A. How any adapter becomes a LoRA file.</summary>
/// <param name="Linear">The linear.</param>
/// <param name="Scaling">What the product is multiplied with.</param>
/// <param name="A">[rank][n_in]</param>
/// <param name="B">[n_out][rank], rows in the order of the base's file.</param>
public sealed record LoraFactors(Linear Linear, float Scaling, float[] A, float[] B)
{
    /// <summary>The largest rank that a file can have.</summary>
    public const int MaxRank = 4096;

    /// <summary>Width of the bottleneck.</summary>
    public int Rank => A.Length / Linear.NIn;

    /// <summary>The factors of every adapted linear, in the order of the forward pass.</summary>
    /// <exception cref="ObjectDisposedException">The adapter is disposed.</exception>
    public static IReadOnlyList<LoraFactors> Of(Adapter adapter) => [.. adapter.Model.Linears.Select(adapter.FactorsOf).OfType<LoraFactors>()];

    /// <summary>Zeros.</summary>
    internal static LoraFactors Empty(Linear linear, int rank, float scaling) => new(linear, scaling, new float[rank * linear.NIn], new float[linear.NOut * rank]);

    /// <summary>F16 if every value of all factors is a 16-bit number, else F32: nothing is lost either way.</summary>
    internal static BlockFormat SmallestFormat(IReadOnlyList<LoraFactors> all) =>
        BlockFormat.Of(all.All(factors => AreHalves(factors.A) && AreHalves(factors.B)) ? GgmlType.F16 : GgmlType.F32);

    /// <summary>The rank that most of them have; of several, the smallest.</summary>
    internal static int CommonRank(IReadOnlyList<LoraFactors> all) => all.CountBy(factors => factors.Rank).MaxBy(ranks => (ranks.Value, -ranks.Key)).Key;

    private static bool AreHalves(float[] values) => Array.TrueForAll(values, value => (float)(Half)value == value);
}
