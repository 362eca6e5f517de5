using LoRDBA.Runtime.Adapters.Lora;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// The update W = U diag(σ) Vᵀ of one linear as its thin singular value decomposition. The n_out × n_in product is never
/// formed: two thin QRs of the LoRA's factors leave an SVD of size rank × rank.
/// </summary>
internal sealed class LowRankUpdate
{
    /// <summary>Singular values below this share of the largest are rounding errors of a product that lacks that rank.</summary>
    private const double Negligible = 1e-10;

    private LowRankUpdate(double[] sigma, double[] u, double[] v) => (Sigma, U, V) = (sigma, u, v);

    /// <summary>σ, [rank], the largest first; none is 0, so an update that changes nothing has the rank 0.</summary>
    public double[] Sigma { get; }

    /// <summary>U, [n_out][rank]; its columns are orthonormal.</summary>
    public double[] U { get; }

    /// <summary>V, [n_in][rank]; its columns are orthonormal.</summary>
    public double[] V { get; }

    /// <summary>Numerical rank, at most that of the factors.</summary>
    public int Rank => Sigma.Length;

    /// <summary>Outputs of the linear.</summary>
    public required int NOut { get; init; }

    /// <summary>Inputs of the linear.</summary>
    public required int NIn { get; init; }

    /// <summary>‖W‖², the squared Frobenius norm.</summary>
    public double SquaredNorm => Sigma.Sum(value => value * value);

    /// <summary>The update of an adapter, its scaling included.</summary>
    public static LowRankUpdate Of(LoraFactors factors) => Of(
        Matrix<double>.Build.Dense(factors.Linear.NOut, factors.Rank, (row, k) => factors.Scaling * (double)factors.B[row * factors.Rank + k]),
        Matrix<double>.Build.Dense(factors.Rank, factors.Linear.NIn, (k, column) => factors.A[k * factors.Linear.NIn + column]));

    /// <summary>W = B A.</summary>
    /// <param name="b">[n_out][rank]</param>
    /// <param name="a">[rank][n_in]</param>
    public static LowRankUpdate Of(Matrix<double> b, Matrix<double> a)
    {
        var (qb, rb) = ThinQr(b);
        var (qa, ra) = ThinQr(a.Transpose());
        var svd = rb.TransposeAndMultiply(ra).Svd();
        var rank = svd.S.Count(value => value > Negligible * svd.S[0]);

        double[] Rows(Matrix<double> q, Matrix<double> vectors) =>
            rank == 0 ? [] : (q * vectors.SubMatrix(0, vectors.RowCount, 0, rank)).ToRowMajorArray();
        return new LowRankUpdate([.. svd.S.Take(rank)], Rows(qb, svd.U), Rows(qa, svd.VT.Transpose())) { NOut = b.RowCount, NIn = a.ColumnCount };
    }

    /// <summary>M = Q R with as many columns in Q as M has; a matrix wider than tall is its own R.</summary>
    private static (Matrix<double> Q, Matrix<double> R) ThinQr(Matrix<double> m)
    {
        if (m.RowCount < m.ColumnCount) return (Matrix<double>.Build.DenseIdentity(m.RowCount), m);
        var qr = m.QR();
        return (qr.Q, qr.R);
    }
}
