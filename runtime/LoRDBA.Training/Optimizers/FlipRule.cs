using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Optimizers;

/// <summary>
/// Moves signs that have no latents (Bop, arXiv 1906.02107, algorithm 1), with a budget in the place of its threshold: of each matrix the
/// signs flip whose average gradient asks for it most strongly, at most a share of all.
/// </summary>
/// <remarks>
/// The threshold is found in one pass over a histogram of the magnitudes' upper 16 bits: exponent and seven bits of the fraction. So it is
/// the same on every machine, and fewer flip than the budget allows rather than more.
/// </remarks>
internal sealed class FlipRule
{
    /// <summary>What the average keeps per step.</summary>
    public const float Decay = 0.9f;

    private readonly int[] histogram = new int[1 << 15];

    /// <summary>Before a step's gradients are added.</summary>
    public static void Fade(IReadOnlyList<BitMatrix> matrices)
    {
        for (var i = 0; i < matrices.Count; i++) System.Numerics.Tensors.TensorPrimitives.Multiply(matrices[i].Average, Decay, matrices[i].Average);
    }

    /// <summary>Flips at most <paramref name="share"/> of each matrix's signs; returns how many.</summary>
    public int Step(IReadOnlyList<BitMatrix> matrices, float share)
    {
        var flips = 0;
        for (var i = 0; i < matrices.Count; i++) flips += Step(matrices[i], (int)(share * matrices[i].Average.Length));
        return flips;
    }

    private int Step(BitMatrix matrix, int budget)
    {
        if (budget == 0) return 0;
        var average = matrix.Average;
        histogram.AsSpan().Clear();
        for (var i = 0; i < average.Length; i++)
            if (Asks(matrix, i, average[i])) histogram[Bin(average[i])]++;
        var (bin, left) = (histogram.Length, budget);
        while (bin > 0 && histogram[bin - 1] <= left) left -= histogram[--bin];

        var flips = 0;
        for (var i = 0; i < average.Length; i++)
        {
            if (!Asks(matrix, i, average[i]) || Bin(average[i]) < bin) continue;
            matrix.Flip(i);
            flips++;
        }
        return flips;
    }

    /// <summary>The loss falls against the gradient: +1 is asked to become -1 where the average is positive.</summary>
    private static bool Asks(BitMatrix matrix, int index, float average) => average != 0 && matrix.IsPlus(index) == average > 0;

    private static int Bin(float value) => (int)((BitConverter.SingleToUInt32Bits(value) & 0x7fff_ffff) >> 16);
}
