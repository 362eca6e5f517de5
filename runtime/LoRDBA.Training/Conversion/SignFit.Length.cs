using System.Numerics.Tensors;

namespace LoRDBA.Training.Conversion;

/// <summary>Length of the approximation X along its target W, in the plain Frobenius geometry, and the correction of this length.</summary>
internal sealed partial class SignFit
{
    /// <summary>
    /// Largest factor by which a row is made longer: a row whose signs hardly agree with W would otherwise become mostly noise.
    /// </summary>
    private const double MostLengthening = 2;

    /// <summary>⟨W, X⟩ = Σ_k m_k (Inner_Bᵀ Σ Inner_A)_kk</summary>
    public double InnerProduct
    {
        get
        {
            var sum = 0.0;
            for (var a = 0; a < update.Rank; a++)
                for (var k = 0; k < Rank; k++) sum += update.Sigma[a] * M[k] * Out.Inner[a * Rank + k] * In.Inner[a * Rank + k];
            return sum;
        }
    }

    /// <summary>‖X‖² = mᵀ (Z_BᵀZ_B ⊙ Z_AᵀZ_A) m</summary>
    public double SquaredNorm
    {
        get
        {
            var (gramOut, gramIn) = (Out.PlainGram(), In.PlainGram());
            var sum = 0.0;
            for (var k = 0; k < Rank; k++)
                for (var l = 0; l < Rank; l++) sum += M[k] * M[l] * gramOut[k * Rank + l] * gramIn[k * Rank + l];
            return sum;
        }
    }

    /// <summary>⟨W, X⟩ / (‖W‖ ‖X‖); 0 where X is 0.</summary>
    public double Cosine => SquaredNorm is > 0 and var squared ? InnerProduct / Math.Sqrt(squared * update.SquaredNorm) : 0;

    /// <summary>‖W - X‖ / ‖W‖</summary>
    public double RelativeError => Math.Sqrt(Math.Max(0, update.SquaredNorm - 2 * InnerProduct + SquaredNorm) / update.SquaredNorm);

    /// <summary>
    /// Gives every row of X its full length along the same row of W: s_out times ‖w_i‖² / ⟨x_i, w_i⟩. Least squares leave the row too
    /// short, by cos² of the angle between both rows, and a model feels that more than the error at right angles.
    /// </summary>
    public void RemoveShrinkage()
    {
        for (var row = 0; row < Out.Channels; row++)
        {
            var signs = Out.SignsOf(row);
            var u = Out.BasisOf(row);
            var (squared, inner) = (0.0, 0.0);
            for (var a = 0; a < u.Length; a++)
            {
                var w = update.Sigma[a] * u[a];
                var x = 0.0;
                for (var k = 0; k < Rank; k++) x += signs[k] * M[k] * In.Inner[a * Rank + k];
                squared += w * w;
                inner += w * x * Out.Scales[row];
            }
            if (inner > 0) Out.Scales[row] *= Math.Min(MostLengthening, squared / inner);
        }
        Out.Refresh();
    }

    /// <summary>The same for the whole of X with one factor in m: afterwards ⟨W, X⟩ = ‖W‖².</summary>
    public void RestoreLength()
    {
        if (InnerProduct is > 0 and var inner) TensorPrimitives.Multiply(M, update.SquaredNorm / inner, M);
    }
}
