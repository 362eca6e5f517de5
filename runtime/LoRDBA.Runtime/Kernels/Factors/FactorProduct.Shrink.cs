namespace LoRDBA.Runtime.Kernels.Factors;

internal static unsafe partial class FactorProduct
{
    /// <summary><see cref="Shrink{TFactor}"/> with registers of one width.</summary>
    internal static void Shrink<TFactor, T>(
        TFactor a, float* rankScale, float* x, int tokens, int nIn, float* z, int zStride, int rankStart, int rankEnd)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        // The last nIn mod 16 activations of up to four tokens, filled up with zeros. They are copied here, once for all
        // ranks, because a call inside a tile would cost it its registers.
        var tails = stackalloc float[4 * Lanes.Count];
        var t = 0;
        for (; t + 4 <= tokens; t += 4)
        {
            CopyTails(x + (long)t * nIn, 4, nIn, tails);
            for (var k = rankStart; k < rankEnd; k++)
                ShrinkFourTokens<TFactor, T>(a, rankScale, x + (long)t * nIn, tails, nIn, z + (long)t * zStride, zStride, k);
        }

        for (; t < tokens; t++)
        {
            CopyTails(x + (long)t * nIn, 1, nIn, tails);
            var k = rankStart;
            for (; k + 4 <= rankEnd; k += 4)
                ShrinkFourRanks<TFactor, T>(a, rankScale, x + (long)t * nIn, tails, nIn, z + (long)t * zStride, k);
            for (; k < rankEnd; k++)
                ShrinkOne<TFactor, T>(a, rankScale, x + (long)t * nIn, tails, nIn, z + (long)t * zStride, k);
        }
    }

    private static void CopyTails(float* x, int tokens, int nIn, float* tails)
    {
        var whole = nIn & -Lanes.Count;
        for (var t = 0; t < tokens; t++)
            for (var lane = 0; lane < Lanes.Count; lane++)
                tails[t * Lanes.Count + lane] = whole + lane < nIn ? x[(long)t * nIn + whole + lane] : 0;
    }

    private static void ShrinkFourTokens<TFactor, T>(
        TFactor a, float* rankScale, float* x0, float* tails, int nIn, float* z, int zStride, int k)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        float* x1 = x0 + nIn, x2 = x1 + nIn, x3 = x2 + nIn;
        T sum0 = T.Zero, sum1 = T.Zero, sum2 = T.Zero, sum3 = T.Zero;
        var j = 0;
        for (; j + Lanes.Count <= nIn; j += Lanes.Count)
        {
            var entries = a.Load<T>(k, j);
            sum0 = T.MultiplyAdd(entries, T.Load(x0 + j), sum0);
            sum1 = T.MultiplyAdd(entries, T.Load(x1 + j), sum1);
            sum2 = T.MultiplyAdd(entries, T.Load(x2 + j), sum2);
            sum3 = T.MultiplyAdd(entries, T.Load(x3 + j), sum3);
        }

        if (j < nIn)
        {
            var entries = a.Load<T>(k, j);
            sum0 = T.MultiplyAdd(entries, T.Load(tails), sum0);
            sum1 = T.MultiplyAdd(entries, T.Load(tails + Lanes.Count), sum1);
            sum2 = T.MultiplyAdd(entries, T.Load(tails + 2 * Lanes.Count), sum2);
            sum3 = T.MultiplyAdd(entries, T.Load(tails + 3 * Lanes.Count), sum3);
        }

        var m = rankScale == null ? 1 : rankScale[k];
        z[k] = m * T.Sum(sum0);
        z[k + (long)zStride] = m * T.Sum(sum1);
        z[k + 2L * zStride] = m * T.Sum(sum2);
        z[k + 3L * zStride] = m * T.Sum(sum3);
    }

    private static void ShrinkFourRanks<TFactor, T>(TFactor a, float* rankScale, float* x, float* tail, int nIn, float* z, int k)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        T sum0 = T.Zero, sum1 = T.Zero, sum2 = T.Zero, sum3 = T.Zero;
        for (var j = 0; j < nIn; j += Lanes.Count)
        {
            var activations = T.Load(j + Lanes.Count <= nIn ? x + j : tail);
            sum0 = T.MultiplyAdd(a.Load<T>(k, j), activations, sum0);
            sum1 = T.MultiplyAdd(a.Load<T>(k + 1, j), activations, sum1);
            sum2 = T.MultiplyAdd(a.Load<T>(k + 2, j), activations, sum2);
            sum3 = T.MultiplyAdd(a.Load<T>(k + 3, j), activations, sum3);
        }

        z[k] = T.Sum(sum0) * (rankScale == null ? 1 : rankScale[k]);
        z[k + 1] = T.Sum(sum1) * (rankScale == null ? 1 : rankScale[k + 1]);
        z[k + 2] = T.Sum(sum2) * (rankScale == null ? 1 : rankScale[k + 2]);
        z[k + 3] = T.Sum(sum3) * (rankScale == null ? 1 : rankScale[k + 3]);
    }

    private static void ShrinkOne<TFactor, T>(TFactor a, float* rankScale, float* x, float* tail, int nIn, float* z, int k)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        var sum = T.Zero;
        for (var j = 0; j < nIn; j += Lanes.Count)
            sum = T.MultiplyAdd(a.Load<T>(k, j), T.Load(j + Lanes.Count <= nIn ? x + j : tail), sum);

        z[k] = T.Sum(sum) * (rankScale == null ? 1 : rankScale[k]);
    }
}
