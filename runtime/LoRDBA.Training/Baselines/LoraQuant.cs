using System.Numerics.Tensors;

namespace LoRDBA.Training.Baselines;

/// <summary>
/// LoRAQuant (arXiv 2510.26690): the balanced factors of the SVD are split; the leading singular directions, which hold a share of the energy, are stored
/// in 2 bits, the others as signs, each column of B and row of A in groups. Before rounding each pair is refined by gradient descent through
/// the rounding (straight-through) on the error of its rank-one product.
/// </summary>
/// <param name="energy">Share of Σσ² that gets 2 bits.</param>
/// <param name="groupLength">Values that share a scale.</param>
internal sealed class LoraQuant(double energy, int groupLength)
{
    private const int Steps = 100;
    private const float Rate = 0.1f;

    private readonly RoundToNearest fine = new(2, groupLength);
    private readonly SignAndMean coarse = new(groupLength);

    /// <summary>Quantizes balanced factors, largest singular value first.</summary>
    /// <param name="factors">U √Σ and √Σ Vᵀ.</param>
    /// <param name="sigma">Singular values.</param>
    public FactorPair Quantize(FactorPair factors, double[] sigma)
    {
        var split = SplitAt(sigma);
        var bits = 0L;
        for (var k = 0; k < factors.A.Length; k++) bits += QuantizePair(factors.A[k], factors.B[k], k < split ? fine : coarse);
        return factors with { Bits = bits };
    }

    /// <summary>How many directions are needed for the share of the energy.</summary>
    internal int SplitAt(double[] sigma)
    {
        var (rest, count) = (energy * sigma.Sum(value => value * value), 0);
        while (count < sigma.Length && rest > 1e-12) rest -= sigma[count] * sigma[count++];
        return count;
    }

    /// <summary>Rounds a and b in place: as they are, or from the refined latents if these came closer.</summary>
    private static long QuantizePair(float[] a, float[] b, GroupQuantizer quantizer)
    {
        float[] latentA = [.. a], latentB = [.. b], codeA = [.. a], codeB = [.. b], bestA = codeA, bestB = codeB;
        var bits = 0L;
        var least = double.PositiveInfinity;
        for (var step = 0; step < Steps; step++)
        {
            (codeA, codeB) = ([.. latentA], [.. latentB]);
            bits = quantizer.Quantize(codeA) + quantizer.Quantize(codeB);
            float aa = TensorPrimitives.SumOfSquares<float>(codeA), bb = TensorPrimitives.SumOfSquares<float>(codeB);
            float ta = TensorPrimitives.Dot<float>(codeA, a), tb = TensorPrimitives.Dot<float>(codeB, b);

            // ‖b aᵀ - b̂ âᵀ‖² less its constant.
            var error = (double)aa * bb - 2.0 * ta * tb;
            if (error < least) (least, bestA, bestB) = (error, codeA, codeB);
            if (aa == 0 || bb == 0) break;
            Descend(latentA, codeA, a, tb / bb);
            Descend(latentB, codeB, b, ta / aa);
        }
        bestA.CopyTo(a, 0);
        bestB.CopyTo(b, 0);
        return bits;
    }

    /// <summary>latent -= rate (code - target · factor): the gradient at the code, divided by the other side's energy.</summary>
    private static void Descend(float[] latent, float[] code, float[] target, float factor)
    {
        for (var i = 0; i < latent.Length; i++) latent[i] -= Rate * (code[i] - target[i] * factor);
    }
}
