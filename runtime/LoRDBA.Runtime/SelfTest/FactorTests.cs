using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Factors;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>The float32 products of a LoRA's factors and, for the oracle, of signs: against their scalar twins.</summary>
internal static unsafe class FactorTests
{
    private const int Tokens = 5, Rank = 6, Channels = 100;

    /// <summary>Floats from row to row, in whole groups of lanes.</summary>
    private static int Stride => Lanes.RoundUp(Channels);

    /// <summary>z = m ⊙ A x.</summary>
    public static void Shrink(Comparison comparison)
    {
        fixed (float* entries = Entries(), x = Operands.Values(Tokens * Channels, seed: 8), scale = Operands.Values(Rank, seed: 9))
        fixed (byte* signs = Signs())
        {
            Shrink(new FloatFactor(entries, Stride), scale, x, comparison, "floats");
            Shrink(new SignFactor(new SignMatrix(signs, Rank, Channels)), scale, x, comparison, "signs");
        }
    }

    /// <summary>y += weight · s ⊙ B z.</summary>
    public static void Expand(Comparison comparison)
    {
        fixed (float* entries = Entries(), z = Operands.Values(Tokens * Rank, seed: 10), scale = Operands.Values(Stride, seed: 11))
        fixed (byte* signs = Signs())
        {
            Expand(new FloatFactor(entries, Stride), scale, z, comparison, "floats");
            Expand(new SignFactor(new SignMatrix(signs, Rank, Channels)), scale, z, comparison, "signs");
        }
    }

    private static void Shrink<TFactor>(TFactor a, float* scale, float* x, Comparison comparison, string where) where TFactor : struct, IFactor
    {
        float[] twin = new float[Tokens * Rank], result = new float[Tokens * Rank];
        fixed (float* twins = twin, results = result)
        {
            FactorProduct.ShrinkScalar(a, scale, x, Tokens, Channels, twins, Rank, 0, Rank);
            FactorProduct.Shrink(a, scale, x, Tokens, Channels, results, Rank, 0, Rank);
        }
        comparison.Same<float>(twin, result, where);
    }

    private static void Expand<TFactor>(TFactor b, float* scale, float* z, Comparison comparison, string where) where TFactor : struct, IFactor
    {
        const float Weight = 0.75f;
        float[] twin = Operands.Values(Tokens * Channels, seed: 12), result = [.. twin];
        fixed (float* twins = twin, results = result)
        {
            FactorProduct.ExpandScalar(b, Rank, scale, z, Tokens, Rank, twins, Channels, 0, Channels, Weight);
            FactorProduct.Expand(b, Rank, scale, z, Tokens, Rank, results, Channels, 0, Channels, Weight);
        }
        comparison.Same<float>(twin, result, where);
    }

    /// <summary>[rank][stride], the tail of each row zero.</summary>
    private static float[] Entries()
    {
        var entries = new float[Rank * Stride];
        for (var k = 0; k < Rank; k++) Operands.Values(Channels, seed: (ulong)(100 + k)).CopyTo(entries, k * Stride);
        return entries;
    }

    private static byte[] Signs()
    {
        var random = new SplitMix(13);
        return SignMatrix.Pack(Rank, Channels, (_, _) => (random.NextBits() & 1) != 0);
    }
}
