using LoRDBA.Runtime.Generation;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Where the fit starts: balanced factors B = U √Σ R and A = Rᵀ √Σ Vᵀ, turned in rank space by an R with orthonormal rows so that
/// they are as sign-like as they can be.
/// </summary>
/// <remarks>
/// R maximizes Σ |F R| over the stacked factors F = [U √Σ; V √Σ]: the iteration of ITQ (Gong and Lazebnik, 2011), R ← P Qᵀ from
/// the singular value decomposition Fᵀ sgn(F R) = P S Qᵀ. It begins with a random R. With more ranks of signs than W has, R is wider than
/// tall, which spreads W over them; with fewer, the largest singular values are kept.
/// </remarks>
internal sealed class SignStart
{
    private const int Rounds = 30;

    private SignStart(double[] b, double[] a, int rank) => (B, A, Rank) = (b, a, rank);

    /// <summary>B, [n_out][rank].</summary>
    public double[] B { get; }

    /// <summary>A transposed, [n_in][rank].</summary>
    public double[] A { get; }

    /// <summary>Ranks of signs.</summary>
    public int Rank { get; }

    /// <summary>The factors turned.</summary>
    /// <param name="update">W.</param>
    /// <param name="rank">Ranks of signs, 1 or more.</param>
    /// <param name="random">Where the first R comes from.</param>
    public static SignStart Rotated(LowRankUpdate update, int rank, SplitMix random)
    {
        var kept = Math.Min(rank, update.Rank);
        var (b, a) = Balanced(update, kept);
        var stacked = b.Stack(a);
        var rotation = RandomRotation(kept, rank, random);
        for (var round = 0; round < Rounds; round++) rotation = Nearest(stacked.TransposeThisAndMultiply((stacked * rotation).Map(SignOf)));
        return new SignStart((b * rotation).ToRowMajorArray(), (a * rotation).ToRowMajorArray(), rank);
    }

    /// <summary>U √Σ, [n_out][kept], and V √Σ, [n_in][kept]: both carry the same energy in each rank, so neither loses more when it becomes signs.</summary>
    public static (Matrix<double> B, Matrix<double> A) Balanced(LowRankUpdate update, int kept)
    {
        Matrix<double> Scaled(double[] basis, int rows) => Matrix<double>.Build.Dense(rows, kept, (row, k) => basis[row * update.Rank + k] * Math.Sqrt(update.Sigma[k]));
        return (Scaled(update.U, update.NOut), Scaled(update.V, update.NIn));
    }

    /// <summary>[rows][columns], orthonormal rows: part of the Q of a Gaussian matrix.</summary>
    private static Matrix<double> RandomRotation(int rows, int columns, SplitMix random)
    {
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Matrix<double>.Build.Dense(columns, rows, (_, _) => Gaussian()).QR().Q.Transpose();
    }

    /// <summary>The matrix with orthonormal rows that has the largest inner product with M (orthogonal Procrustes).</summary>
    private static Matrix<double> Nearest(Matrix<double> m)
    {
        var svd = m.Svd();
        return svd.U * svd.VT.SubMatrix(0, m.RowCount, 0, m.ColumnCount);
    }

    private static double SignOf(double value) => value < 0 ? -1 : 1;
}
