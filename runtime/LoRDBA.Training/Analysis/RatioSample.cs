using LoRDBA.Runtime.Generation;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Analysis;

/// <summary>A check of the theory on random factors: the residual-to-magnitude ratio against its closed form.</summary>
/// <param name="Distribution"><c>Gaussian</c> or <c>Laplace</c> (heavy-tailed).</param>
/// <param name="Length">Values in a row.</param>
/// <param name="Mean">Mean ratio over the trials.</param>
/// <param name="Low">Lower end of its 95 % confidence interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Expected">What theory says for rows of this length.</param>
/// <param name="Limit">What it says for infinitely long rows.</param>
public sealed record RatioSample(string Distribution, int Length, double Mean, double Low, double High, double Expected, double Limit)
{
    private const int Rows = 64, Trials = 40;

    /// <summary>Rows of growing length of both distributions. The same seed samples the same.</summary>
    public static IReadOnlyList<RatioSample> Take(ulong seed)
    {
        var random = new SplitMix(seed);
        var samples = new List<RatioSample>();
        foreach (var length in (int[])[4, 16, 64, 256, 1024])
        {
            samples.Add(Of("Gaussian", length, 2 / Math.PI, ref random, Gaussian));
            samples.Add(Of("Laplace", length, 0.5, ref random, Laplace));
        }
        return samples;
    }

    /// <summary>
    /// ρ² for rows of n values: signs with the row's mean magnitude keep the share q_n = q + (1 - q) / n of the energy on average, q = (E|f|)² / E f²,
    /// because a row's mean magnitude follows the row; so ρ_n² = 1 / q_n - 1, which tends to 1 / q - 1 as 1 / n.
    /// </summary>
    internal static double ExpectedRatio(double kept, int length) => Math.Sqrt(1 / (kept + (1 - kept) / length) - 1);

    private delegate double Draw(ref SplitMix random);

    private static RatioSample Of(string distribution, int length, double kept, ref SplitMix random, Draw draw)
    {
        var ratios = new double[Trials];
        for (var trial = 0; trial < Trials; trial++)
        {
            var values = new double[Rows * length];
            for (var i = 0; i < values.Length; i++) values[i] = draw(ref random);
            ratios[trial] = SignResidual.Of(Matrix<double>.Build.Dense(Rows, length, values)).Ratio;
        }
        var mean = ratios.Average();
        var deviation = Math.Sqrt(ratios.Sum(ratio => (ratio - mean) * (ratio - mean)) / (Trials - 1));
        var half = 1.96 * deviation / Math.Sqrt(Trials);
        return new RatioSample(distribution, length, mean, mean - half, mean + half, ExpectedRatio(kept, length), Math.Sqrt(1 / kept - 1));
    }

    private static double Gaussian(ref SplitMix random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Laplace(ref SplitMix random)
    {
        var uniform = random.NextDouble() - 0.5;
        return -Math.Sign(uniform) * Math.Log(1 - 2 * Math.Abs(uniform));
    }
}
