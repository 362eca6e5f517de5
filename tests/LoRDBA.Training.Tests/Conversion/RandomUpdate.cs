using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

internal static class RandomUpdate
{
    /// <summary>An update with Gaussian factors of unequal size, as a trained LoRA has them.</summary>
    public static LowRankUpdate Of(int nOut, int nIn, int rank, int seed)
    {
        var random = new Random(seed);
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new LowRankUpdate(
            Matrix<double>.Build.Dense(nOut, rank, (_, k) => 0.01 * (k + 1) * Gaussian()),
            Matrix<double>.Build.Dense(rank, nIn, (_, _) => Gaussian()));
    }

    /// <summary>W, formed.</summary>
    public static Matrix<double> Dense(LowRankUpdate update) => update.B * update.A;

    /// <summary>X, formed.</summary>
    public static Matrix<double> Dense(SignFit fit) =>
        Matrix<double>.Build.DiagonalOfDiagonalVector(fit.ScaleOut) * fit.SignsB * Matrix<double>.Build.DiagonalOfDiagonalVector(fit.M)
        * fit.SignsA * Matrix<double>.Build.DiagonalOfDiagonalVector(fit.ScaleIn);
}
