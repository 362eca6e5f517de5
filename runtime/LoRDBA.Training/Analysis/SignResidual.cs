using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Analysis;

/// <summary>
/// The part of a factor F that signs do not express. Each row is approximated by its mean magnitude times its signs, the best approximation
/// of a row by one scale and signs.
/// </summary>
internal sealed class SignResidual
{
    private SignResidual(Matrix<double> signed, double ratio) => (Signed, Ratio) = (signed, ratio);

    /// <summary>F̂: row i is mean|f_i| · sgn(f_i).</summary>
    public Matrix<double> Signed { get; }

    /// <summary>The residual-to-magnitude ratio ρ(F) = ‖F - F̂‖ / ‖F̂‖ (arXiv 2605.24058); 0 for a factor that is all signs, or all zeros.</summary>
    public double Ratio { get; }

    /// <summary>Of a factor with rows f_i.</summary>
    public static SignResidual Of(Matrix<double> factor)
    {
        var means = factor.PointwiseAbs().RowSums() / factor.ColumnCount;
        var signed = factor.MapIndexed((row, _, value) => value < 0 ? -means[row] : means[row], Zeros.Include);
        var norm = signed.FrobeniusNorm();
        return new SignResidual(signed, norm > 0 ? (factor - signed).FrobeniusNorm() / norm : 0);
    }
}

/// <summary>A bound of the error of a product of two signed factors, and the error itself, without forming the product.</summary>
/// <param name="Bound">(ρ_A + ρ_B + ρ_A ρ_B) ‖B̂‖ ‖Â‖, which ‖BA - B̂Â‖ never exceeds.</param>
/// <param name="Error">‖BA - B̂Â‖</param>
/// <param name="Cosine">⟨BA, B̂Â⟩ / (‖BA‖ ‖B̂Â‖), 0 where one of them is 0.</param>
internal sealed record ProductBound(double Bound, double Error, double Cosine)
{
    /// <summary>Of W = B A, B [n_out][rank] with its rows signed and A [rank][n_in] with its rows signed.</summary>
    public static ProductBound Of(Matrix<double> b, SignResidual signedB, Matrix<double> a, SignResidual signedA)
    {
        // With E the residuals, BA = (B̂ + E_B)(Â + E_A): the triangle inequality, ‖XY‖ ≤ ‖X‖ ‖Y‖, and ‖E‖ = ρ ‖F̂‖.
        var (ratioA, ratioB) = (signedA.Ratio, signedB.Ratio);
        var bound = (ratioA + ratioB + ratioA * ratioB) * signedB.Signed.FrobeniusNorm() * signedA.Signed.FrobeniusNorm();

        static double Inner(Matrix<double> b1, Matrix<double> a1, Matrix<double> b2, Matrix<double> a2) =>
            b1.TransposeThisAndMultiply(b2).PointwiseMultiply(a1.TransposeAndMultiply(a2)).RowSums().Sum();
        var (ww, wx, xx) = (Inner(b, a, b, a), Inner(b, a, signedB.Signed, signedA.Signed), Inner(signedB.Signed, signedA.Signed, signedB.Signed, signedA.Signed));
        return new ProductBound(bound, Math.Sqrt(Math.Max(0, ww - 2 * wx + xx)), ww * xx > 0 ? wx / Math.Sqrt(ww * xx) : 0);
    }
}
