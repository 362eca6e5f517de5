using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

internal static class RandomUpdate
{
    /// <summary>An update with Gaussian factors of unequal size, as a trained LoRA has them.</summary>
    public static LowRankUpdate Of(int nOut, int nIn, int rank, int seed)
    {
        var random = new Random(seed);
        return LowRankUpdate.Of(
            Matrix<double>.Build.Dense(nOut, rank, (_, k) => 0.01 * (k + 1) * Gaussian(random)),
            Matrix<double>.Build.Dense(rank, nIn, (_, _) => Gaussian(random)));
    }

    public static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>W, formed.</summary>
    public static Matrix<double> Dense(LowRankUpdate update) => U(update) * Matrix<double>.Build.DiagonalOfDiagonalArray(update.Sigma) * V(update).Transpose();

    /// <summary>X, formed.</summary>
    public static Matrix<double> Dense(SignFit fit) => Rows(fit.Out) * Matrix<double>.Build.DiagonalOfDiagonalArray(fit.M) * Rows(fit.In).Transpose();

    public static Matrix<double> U(LowRankUpdate update) => Matrix<double>.Build.Dense(update.NOut, update.Rank, (row, k) => update.U[row * update.Rank + k]);

    public static Matrix<double> V(LowRankUpdate update) => Matrix<double>.Build.Dense(update.NIn, update.Rank, (row, k) => update.V[row * update.Rank + k]);

    /// <summary>Z: a row of signs times its scale for each channel.</summary>
    private static Matrix<double> Rows(SignSide side) =>
        Matrix<double>.Build.Dense(side.Channels, side.Rank, (channel, k) => side.Scales[channel] * side.SignsOf(channel)[k]);
}
