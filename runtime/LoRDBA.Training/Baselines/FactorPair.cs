using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Models;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Baselines;

/// <summary>The factors of one linear as a baseline stores them, back in float32: W ≈ B A, and what storing them takes.</summary>
/// <param name="A">[rank][n_in]</param>
/// <param name="B">B transposed, [rank][n_out].</param>
/// <param name="Bits">Everything that is stored: codes, scales, zero points.</param>
internal sealed record FactorPair(float[][] A, float[][] B, long Bits)
{
    /// <summary>The factors of a LoRA as they are, its scaling in B, in fp16.</summary>
    public static FactorPair Of(LoraFactors factors)
    {
        var (rank, linear) = (factors.Rank, factors.Linear);
        float[][] a = [.. factors.A.Chunk(linear.NIn)];
        float[][] b = [.. Enumerable.Range(0, rank).Select(k => Enumerable.Range(0, linear.NOut).Select(row => factors.B[row * rank + k] * factors.Scaling).ToArray())];
        return new FactorPair(a, b, 16L * rank * (linear.NIn + linear.NOut));
    }

    /// <summary>The best factors of a smaller rank, balanced: U √Σ and √Σ Vᵀ, cut.</summary>
    public static FactorPair Truncated(LowRankUpdate update, int rank)
    {
        var kept = Math.Min(rank, update.Rank);
        var (b, a) = SignStart.Balanced(update, kept);
        float[][] Columns(MathNet.Numerics.LinearAlgebra.Matrix<double> factor) =>
            [.. Enumerable.Range(0, kept).Select(k => factor.Column(k).Select(value => (float)value).ToArray())];
        return new FactorPair(Columns(a), Columns(b), 16L * kept * (update.NIn + update.NOut));
    }

    /// <summary>The factors as a LoRA has them, to run.</summary>
    public LoraFactors ToFactors(Linear linear)
    {
        var (rank, b) = (A.Length, new float[linear.NOut * A.Length]);
        for (var k = 0; k < rank; k++)
            for (var row = 0; row < linear.NOut; row++) b[row * rank + k] = B[k][row];
        return new LoraFactors(linear, Scaling: 1, [.. A.SelectMany(row => row)], b);
    }

    /// <summary>Both factors, row by row, through a quantizer.</summary>
    public FactorPair Quantized(GroupQuantizer quantizer)
    {
        var bits = A.Concat(B).Sum(row => quantizer.Quantize(row));
        return this with { Bits = bits };
    }
}
