namespace LoRDBA.Runtime.Kernels.Factors;

internal static unsafe partial class FactorProduct
{
    /// <summary>The scalar twin of <see cref="Shrink{TFactor}"/>: the same sums in the same order, to the last bit.</summary>
    internal static void ShrinkScalar<TFactor>(
        TFactor a, float* rankScale, float* x, int tokens, int nIn, float* z, int zStride, int rankStart, int rankEnd)
        where TFactor : struct, IFactor
    {
        var lanes = stackalloc float[Lanes.Count];
        for (var t = 0; t < tokens; t++)
            for (var k = rankStart; k < rankEnd; k++)
            {
                new Span<float>(lanes, Lanes.Count).Clear();
                for (var j = 0; j < nIn; j++)
                {
                    ref var lane = ref lanes[j % Lanes.Count];
                    lane = float.MultiplyAddEstimate(a.Entry(k, j), x[(long)t * nIn + j], lane);
                }

                for (var half = Lanes.Count / 2; half > 0; half /= 2)
                    for (var lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
                z[(long)t * zStride + k] = (rankScale == null ? 1 : rankScale[k]) * lanes[0];
            }
    }

    /// <summary>The scalar twin of <see cref="Expand{TFactor}"/>: the same sums in the same order, to the last bit.</summary>
    internal static void ExpandScalar<TFactor>(
        TFactor b, int rank, float* rowScale, float* z, int tokens, int zStride, float* y, int nOut, int rowStart, int rowEnd, float weight)
        where TFactor : struct, IFactor
    {
        for (var t = 0; t < tokens; t++)
            for (var o = rowStart; o < rowEnd; o++)
            {
                var sum = 0f;
                for (var k = 0; k < rank; k++) sum = float.MultiplyAddEstimate(b.Entry(k, o), z[(long)t * zStride + k], sum);
                ref var output = ref y[(long)t * nOut + o];
                output = float.MultiplyAddEstimate(sum, rowScale == null ? weight : weight * rowScale[o], output);
            }
    }
}
