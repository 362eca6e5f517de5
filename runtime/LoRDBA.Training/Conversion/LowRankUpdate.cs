using LoRDBA.Runtime.Adapters;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// The update W = B A of one linear, kept as its factors: B [n_out][rank], A [rank][n_in]. The n_out × n_in product is
/// never formed; whatever is asked about it goes through rank × rank matrices.
/// </summary>
internal sealed class LowRankUpdate
{
    public LowRankUpdate(Matrix<double> b, Matrix<double> a) => (B, A) = (b, a);

    /// <summary>[n_out][rank]</summary>
    public Matrix<double> B { get; }

    /// <summary>[rank][n_in]</summary>
    public Matrix<double> A { get; }

    public int Rank => A.RowCount;

    public int NIn => A.ColumnCount;

    public int NOut => B.RowCount;

    /// <summary>‖W‖², the squared Frobenius norm: the trace of (BᵀB)(AAᵀ).</summary>
    public double SquaredNorm => B.TransposeThisAndMultiply(B).PointwiseMultiply(A.TransposeAndMultiply(A)).RowSums().Sum();

    /// <summary>A branch of a PEFT LoRA, its scaling in B.</summary>
    public static LowRankUpdate Of(LoraBranch branch)
    {
        var b = Matrix<double>.Build.Dense(branch.NOut, branch.Rank, (row, k) => branch.Scaling * (double)branch.ColumnB(k)[row]);
        var a = Matrix<double>.Build.Dense(branch.Rank, branch.NIn, (k, column) => branch.RowA(k)[column]);
        return new LowRankUpdate(b, a);
    }

    /// <summary>
    /// The same update as U √S · √S Vᵀ from its singular value decomposition, cut to <paramref name="rank"/>: both factors
    /// then carry the same energy in each of their ranks, so neither loses more than the other when it becomes signs.
    /// Two thin QRs leave an SVD of size rank × rank.
    /// </summary>
    public LowRankUpdate Balance(int rank)
    {
        var (qb, rb) = ThinQr(B);
        var (qa, ra) = ThinQr(A.Transpose());
        var svd = rb.TransposeAndMultiply(ra).Svd();
        rank = Math.Min(rank, svd.S.Count);

        var root = Matrix<double>.Build.DiagonalOfDiagonalVector(svd.S.SubVector(0, rank).PointwiseSqrt());
        var u = qb * svd.U.SubMatrix(0, svd.U.RowCount, 0, rank);
        var vt = svd.VT.SubMatrix(0, rank, 0, svd.VT.ColumnCount).TransposeAndMultiply(qa);
        return new LowRankUpdate(u * root, root * vt);
    }

    /// <summary>M = Q R with as many columns in Q as M has; a matrix wider than tall is its own R.</summary>
    private static (Matrix<double> Q, Matrix<double> R) ThinQr(Matrix<double> m)
    {
        if (m.RowCount < m.ColumnCount) return (Matrix<double>.Build.DenseIdentity(m.RowCount), m);
        var qr = m.QR();
        return (qr.Q, qr.R);
    }
}
