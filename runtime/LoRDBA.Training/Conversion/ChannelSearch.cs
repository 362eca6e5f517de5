using System.Numerics.Tensors;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Finds the signs of one channel: lowers s² σᵀQσ - 2 s cᵀσ over σ ∈ {-1, +1}^rank and, if it is free, the scale s ≥ 0.
/// </summary>
/// <remarks>
/// With s held, turning sign k changes s² σᵀQσ - 2 s cᵀσ by 4 s² (Q_kk - σ_k g_k), g = Qσ - c/s, and turning k and l by the
/// sum of both and 8 s² σ_k σ_l Q_kl. Signs are turned while one of them, and then a pair of them, lowers it. With σ held
/// the best scale is cᵀσ / σᵀQσ.
/// </remarks>
/// <param name="rank">Number of signs.</param>
internal sealed class ChannelSearch(int rank)
{
    /// <summary>Rounds of signs, then scale; two or three settle it.</summary>
    private const int MaxRounds = 4;

    /// <summary>A gain below this share of a diagonal element is rounding.</summary>
    private const double Negligible = 1e-12;

    /// <summary>Few channels take more than three passes; where ranks are nearly dependent, rounding could let signs turn for ever.</summary>
    private const int MaxPasses = 16;

    private readonly double[] gradient = new double[rank];

    /// <summary>Improves <paramref name="signs"/> in place and returns the scale.</summary>
    /// <param name="quadratic">Q, [rank][rank], positive semidefinite.</param>
    /// <param name="linear">c, [rank].</param>
    /// <param name="signs">σ, [rank].</param>
    /// <param name="scale">s, where it starts or what it stays.</param>
    /// <param name="fitScale">Whether the scale is free.</param>
    public double Improve(ReadOnlySpan<double> quadratic, ReadOnlySpan<double> linear, Span<double> signs, double scale, bool fitScale)
    {
        if (!fitScale)
        {
            if (scale > 0) TurnSigns(quadratic, linear, signs, scale);
            return scale;
        }

        for (var round = 0; round < MaxRounds; round++)
        {
            scale = BestScale(quadratic, linear, signs);
            if (scale < 0)
            {
                TensorPrimitives.Negate(signs, signs);
                scale = -scale;
            }
            if (scale > 0 && !TurnSigns(quadratic, linear, signs, scale)) return scale;
            if (scale == 0)
            {
                // These signs are at right angles to what is wanted, and no scale helps them.
                for (var k = 0; k < rank; k++) signs[k] = linear[k] < 0 ? -1 : 1;
            }
        }
        return Math.Max(0, BestScale(quadratic, linear, signs));
    }

    private double BestScale(ReadOnlySpan<double> quadratic, ReadOnlySpan<double> linear, ReadOnlySpan<double> signs)
    {
        var energy = 0.0;
        for (var k = 0; k < rank; k++) energy += signs[k] * TensorPrimitives.Dot(signs, quadratic.Slice(k * rank, rank));
        return energy > 0 ? TensorPrimitives.Dot(signs, linear) / energy : 0;
    }

    /// <summary>Turns signs until no single one and no pair lowers the value; whether any was turned.</summary>
    private bool TurnSigns(ReadOnlySpan<double> quadratic, ReadOnlySpan<double> linear, Span<double> signs, double scale)
    {
        TensorPrimitives.Multiply(linear, -1 / scale, gradient);
        for (var k = 0; k < rank; k++) TensorPrimitives.MultiplyAdd(quadratic.Slice(k * rank, rank), signs[k], gradient, gradient);

        var passes = 0;
        while (passes < MaxPasses && (TurnSingles(quadratic, signs) || TurnBestPair(quadratic, signs))) passes++;
        return passes > 0;
    }

    private bool TurnSingles(ReadOnlySpan<double> quadratic, Span<double> signs)
    {
        var turned = false;
        for (var k = 0; k < rank; k++)
        {
            var diagonal = quadratic[k * rank + k];
            if (diagonal - signs[k] * gradient[k] >= -Negligible * diagonal) continue;
            Turn(quadratic, signs, k);
            turned = true;
        }
        return turned;
    }

    private bool TurnBestPair(ReadOnlySpan<double> quadratic, Span<double> signs)
    {
        var (best, first, second) = (0.0, 0, 0);
        for (var k = 1; k < rank; k++)
        {
            var row = quadratic.Slice(k * rank, rank);
            var single = row[k] - signs[k] * gradient[k];
            for (var l = 0; l < k; l++)
            {
                var pair = single + quadratic[l * rank + l] - signs[l] * gradient[l] + 2 * signs[k] * signs[l] * row[l];
                if (pair < best) (best, first, second) = (pair, k, l);
            }
        }
        if (best >= -Negligible * quadratic[first * rank + first]) return false;
        Turn(quadratic, signs, first);
        Turn(quadratic, signs, second);
        return true;
    }

    private void Turn(ReadOnlySpan<double> quadratic, Span<double> signs, int k)
    {
        TensorPrimitives.MultiplyAdd(quadratic.Slice(k * rank, rank), -2 * signs[k], gradient, gradient);
        signs[k] = -signs[k];
    }
}
