using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Factors;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>
/// An ordinary LoRA branch left unmerged, scaling * B (A x), in float32. It reads memory that its adapter owns.
/// </summary>
/// <param name="rank">Width of the middle.</param>
/// <param name="nIn">Inputs of the linear layer.</param>
/// <param name="nOut">Outputs of the linear layer.</param>
/// <param name="a">A, [rank][n_in padded with zeros to whole groups of lanes].</param>
/// <param name="b">B transposed, [rank][n_out padded likewise], rows in the order of the base's outputs.</param>
/// <param name="scaling">alpha / r, or alpha / sqrt(r).</param>
internal sealed unsafe class LoraBranch(int rank, int nIn, int nOut, float* a, float* b, float scaling)
{
    /// <summary>A branch beside a linear, its factors zero until <see cref="Fill"/>.</summary>
    public static LoraBranch Reserve(Arena arena, Linear linear, int rank, float scaling)
    {
        var a = arena.Reserve<float>((long)rank * Lanes.RoundUp(linear.NIn));
        var b = arena.Reserve<float>((long)rank * Lanes.RoundUp(linear.NOut));
        return new LoraBranch(rank, linear.NIn, linear.NOut, a, b, scaling);
    }

    /// <summary>Width of the bottleneck.</summary>
    public int Rank { get; } = rank;

    /// <summary>Inputs of the linear layer.</summary>
    public int NIn { get; } = nIn;

    /// <summary>Outputs of the linear layer.</summary>
    public int NOut { get; } = nOut;

    /// <summary>alpha / r, or alpha / sqrt(r).</summary>
    public float Scaling { get; } = scaling;

    /// <summary>Row k of A, [n_in].</summary>
    public Span<float> RowA(int k) => new(a + (long)k * Lanes.RoundUp(NIn), NIn);

    /// <summary>Column k of B, [n_out].</summary>
    public Span<float> ColumnB(int k) => new(b + (long)k * Lanes.RoundUp(NOut), NOut);

    /// <summary>Takes over factors as files have them; called once, before the branch is used.</summary>
    /// <param name="newA">[rank][n_in]</param>
    /// <param name="newB">[n_out][rank]</param>
    /// <param name="source">[n_out]: which row of <paramref name="newB"/> each of the base's outputs is.</param>
    public void Fill(ReadOnlySpan<float> newA, ReadOnlySpan<float> newB, ReadOnlySpan<int> source)
    {
        for (var k = 0; k < Rank; k++)
        {
            newA.Slice(k * NIn, NIn).CopyTo(RowA(k));
            var column = ColumnB(k);
            for (var row = 0; row < NOut; row++) column[row] = newB[source[row] * Rank + k];
        }
    }

    /// <summary>z = A x</summary>
    public void Shrink(float* x, int tokens, float* z, int zStride) =>
        FactorProduct.Shrink(new FloatFactor(a, Lanes.RoundUp(NIn)), null, x, tokens, NIn, z, zStride, 0, Rank);

    /// <summary>y += weight · scaling · B z, rows [rowStart, rowEnd). z is [tokens][zStride].</summary>
    public void Expand(float* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight) =>
        FactorProduct.Expand(new FloatFactor(b, Lanes.RoundUp(NOut)), Rank, null, z, tokens, zStride, y, NOut, rowStart, rowEnd, weight * Scaling);

    /// <summary>A copy in the order of files.</summary>
    public LoraFactors ToFactors(Linear linear)
    {
        var factors = LoraFactors.Empty(linear, Rank, Scaling);
        for (var k = 0; k < Rank; k++)
        {
            RowA(k).CopyTo(factors.A.AsSpan(k * NIn));
            var column = ColumnB(k);
            for (var row = 0; row < NOut; row++) factors.B[row * Rank + k] = column[row];
        }
        return factors;
    }
}
