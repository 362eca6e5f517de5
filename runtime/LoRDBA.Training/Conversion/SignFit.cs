using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// A double-binary approximation of an update, X = diag(s_out) S_B diag(m) S_A diag(s_in), while it is being fitted to
/// W = B A: the signs are fixed, and each scale vector in turn becomes the closed-form least-squares optimum of ‖W - X‖².
/// </summary>
/// <remarks>
/// With one scale vector free and the other two held, ‖W - X‖² is quadratic in it, and all that it takes is of size
/// rank × rank or rank × channels:
/// <code>
///   P  = A diag(s_in) S_Aᵀ        G_A = S_A diag(s_in²) S_Aᵀ
///   Q  = S_Bᵀ diag(s_out) B       G_B = S_Bᵀ diag(s_out²) S_B
///   m      solves   (G_A ⊙ G_B) m = diag(Q P)
///   s_out  row o:   Σ_k S_B[o,k] m_k (B P)[o,k]  /  S_B[o] diag(m) G_A diag(m) S_B[o]ᵀ
///   s_in   col j:   Σ_k S_A[k,j] m_k (Q A)[k,j]  /  S_A[:,j]ᵀ diag(m) G_B diag(m) S_A[:,j]
/// </code>
/// A scale that comes out negative turns the signs that it multiplies, so scales are magnitudes.
/// </remarks>
internal sealed class SignFit
{
    /// <summary>Keeps the system for m solvable when two ranks have equal signs; far below any real energy.</summary>
    private const double Ridge = 1e-10;

    private readonly LowRankUpdate update;

    /// <summary>Starts from signs; all scales are 1.</summary>
    /// <param name="update">W.</param>
    /// <param name="b">[n_out][rank]: its signs become S_B.</param>
    /// <param name="a">[rank][n_in]: its signs become S_A.</param>
    public SignFit(LowRankUpdate update, Matrix<double> b, Matrix<double> a)
    {
        this.update = update;
        SignsB = b.Map(SignOf, Zeros.Include);
        SignsA = a.Map(SignOf, Zeros.Include);
        M = Vector<double>.Build.Dense(a.RowCount, 1);
        ScaleOut = Vector<double>.Build.Dense(b.RowCount, 1);
        ScaleIn = Vector<double>.Build.Dense(a.ColumnCount, 1);
    }

    /// <summary>S_B, [n_out][rank] of ±1.</summary>
    public Matrix<double> SignsB { get; }

    /// <summary>S_A, [rank][n_in] of ±1.</summary>
    public Matrix<double> SignsA { get; }

    /// <summary>m, [rank].</summary>
    public Vector<double> M { get; set; }

    /// <summary>s_out, [n_out].</summary>
    public Vector<double> ScaleOut { get; set; }

    /// <summary>s_in, [n_in].</summary>
    public Vector<double> ScaleIn { get; set; }

    /// <summary>‖X‖²</summary>
    public double SquaredNorm => M * (GramA().PointwiseMultiply(GramB()) * M);

    /// <summary>⟨W, X⟩</summary>
    public double InnerProduct => M * (Q() * P()).Diagonal();

    /// <summary>‖W - X‖²</summary>
    public double SquaredError => update.SquaredNorm - 2 * InnerProduct + SquaredNorm;

    /// <summary>m ← its least-squares optimum.</summary>
    public void FitM()
    {
        var system = GramA().PointwiseMultiply(GramB());
        var ridge = Ridge * system.Diagonal().Maximum();
        if (ridge == 0) return;
        M = (system + Matrix<double>.Build.DenseDiagonal(M.Count, ridge)).Cholesky().Solve((Q() * P()).Diagonal());
        for (var k = 0; k < M.Count; k++)
        {
            if (M[k] >= 0) continue;
            M[k] = -M[k];
            SignsA.SetRow(k, -SignsA.Row(k));
        }
    }

    /// <summary>s_out ← its least-squares optimum.</summary>
    public void FitScaleOut()
    {
        ScaleOut = FitChannels(update.B * P(), SignsB, GramA());
        for (var o = 0; o < ScaleOut.Count; o++)
        {
            if (ScaleOut[o] >= 0) continue;
            ScaleOut[o] = -ScaleOut[o];
            SignsB.SetRow(o, -SignsB.Row(o));
        }
    }

    /// <summary>s_in ← its least-squares optimum.</summary>
    public void FitScaleIn()
    {
        ScaleIn = FitChannels((Q() * update.A).Transpose(), SignsA.Transpose(), GramB());
        for (var j = 0; j < ScaleIn.Count; j++)
        {
            if (ScaleIn[j] >= 0) continue;
            ScaleIn[j] = -ScaleIn[j];
            SignsA.SetColumn(j, -SignsA.Column(j));
        }
    }

    /// <summary>
    /// Moves constant factors between the scale vectors until s_in has the mean 1 and s_out and m have equal ones: X stays
    /// the same, and all of them lie well inside the range of F16.
    /// </summary>
    public void Normalize()
    {
        double meanIn = ScaleIn.Average(), meanOut = ScaleOut.Average(), meanM = M.Average();
        if (meanIn <= 0 || meanOut <= 0 || meanM <= 0) return;
        var mean = Math.Sqrt(meanIn * meanOut * meanM);
        (ScaleIn, ScaleOut, M) = (ScaleIn / meanIn, ScaleOut * (mean / meanOut), M * (mean / meanM));
    }

    /// <summary>
    /// One scale per channel: row c of <paramref name="products"/> meets the signs of channel c; <paramref name="gram"/> is
    /// that of the other side.
    /// </summary>
    private Vector<double> FitChannels(Matrix<double> products, Matrix<double> signs, Matrix<double> gram) =>
        Vector<double>.Build.Dense(signs.RowCount, c =>
        {
            var weighted = signs.Row(c).PointwiseMultiply(M);
            var energy = weighted * (gram * weighted);
            return energy > 0 ? products.Row(c) * weighted / energy : 0;
        });

    private Matrix<double> P() => (update.A * DiagonalOf(ScaleIn)).TransposeAndMultiply(SignsA);

    private Matrix<double> Q() => SignsB.TransposeThisAndMultiply(DiagonalOf(ScaleOut) * update.B);

    private Matrix<double> GramA() => (SignsA * DiagonalOf(ScaleIn.PointwiseMultiply(ScaleIn))).TransposeAndMultiply(SignsA);

    private Matrix<double> GramB() => SignsB.TransposeThisAndMultiply(DiagonalOf(ScaleOut.PointwiseMultiply(ScaleOut)) * SignsB);

    private static Matrix<double> DiagonalOf(Vector<double> values) => Matrix<double>.Build.DiagonalOfDiagonalVector(values);

    private static double SignOf(double value) => value < 0 ? -1 : 1;
}
