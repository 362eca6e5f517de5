using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels.Factors;

internal static unsafe partial class FactorProduct
{
    /// <summary><see cref="Expand{TFactor}"/> with registers of one width.</summary>
    internal static void Expand<TFactor, T>(
        TFactor b, int rank, float* rowScale, float* z, int tokens, int zStride, float* y, int nOut, int rowStart, int rowEnd, float weight)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        const int FourGroups = 4 * Lanes.Count;

        // Groups of sixteen outputs begin on multiples of sixteen, where the sign bits do. A worker's first and last
        // group may be cut by rowStart and rowEnd: all of it is computed, only the worker's own part is stored.
        var firstGroup = rowStart & -Lanes.Count;
        var t = 0;
        for (; t + 4 <= tokens; t += 4)
            for (var o = firstGroup; o < rowEnd; o += Lanes.Count)
            {
                if (o >= rowStart && o + Lanes.Count <= rowEnd)
                    ExpandFourTokens<TFactor, T>(b, rank, rowScale, z + (long)t * zStride, zStride, y + (long)t * nOut, nOut, o, weight);
                else
                    for (var one = t; one < t + 4; one++)
                        ExpandOne<TFactor, T>(
                            b, rank, rowScale, z + (long)one * zStride, y + (long)one * nOut, o, rowStart, rowEnd, weight);
            }

        for (; t < tokens; t++)
        {
            var o = firstGroup;
            if (o < rowStart)
            {
                ExpandOne<TFactor, T>(b, rank, rowScale, z + (long)t * zStride, y + (long)t * nOut, o, rowStart, rowEnd, weight);
                o += Lanes.Count;
            }

            for (; o + FourGroups <= rowEnd; o += FourGroups)
                ExpandFourGroups<TFactor, T>(b, rank, rowScale, z + (long)t * zStride, y + (long)t * nOut, o, weight);
            for (; o < rowEnd; o += Lanes.Count)
                ExpandOne<TFactor, T>(b, rank, rowScale, z + (long)t * zStride, y + (long)t * nOut, o, rowStart, rowEnd, weight);
        }
    }

    private static void ExpandFourTokens<TFactor, T>(
        TFactor b, int rank, float* rowScale, float* z0, int zStride, float* y, int nOut, int o, float weight)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        float* z1 = z0 + zStride, z2 = z1 + zStride, z3 = z2 + zStride;
        T sum0 = T.Zero, sum1 = T.Zero, sum2 = T.Zero, sum3 = T.Zero;
        for (var k = 0; k < rank; k++)
        {
            var entries = b.Load<T>(k, o);
            sum0 = T.MultiplyAdd(entries, T.Broadcast(z0[k]), sum0);
            sum1 = T.MultiplyAdd(entries, T.Broadcast(z1[k]), sum1);
            sum2 = T.MultiplyAdd(entries, T.Broadcast(z2[k]), sum2);
            sum3 = T.MultiplyAdd(entries, T.Broadcast(z3[k]), sum3);
        }

        var scale = RowScale<T>(rowScale, o, weight);
        AddTo(y + o, sum0, scale);
        AddTo(y + o + nOut, sum1, scale);
        AddTo(y + o + 2L * nOut, sum2, scale);
        AddTo(y + o + 3L * nOut, sum3, scale);
    }

    private static void ExpandFourGroups<TFactor, T>(TFactor b, int rank, float* rowScale, float* z, float* y, int o, float weight)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        T sum0 = T.Zero, sum1 = T.Zero, sum2 = T.Zero, sum3 = T.Zero;
        for (var k = 0; k < rank; k++)
        {
            var zk = T.Broadcast(z[k]);
            sum0 = T.MultiplyAdd(b.Load<T>(k, o), zk, sum0);
            sum1 = T.MultiplyAdd(b.Load<T>(k, o + Lanes.Count), zk, sum1);
            sum2 = T.MultiplyAdd(b.Load<T>(k, o + 2 * Lanes.Count), zk, sum2);
            sum3 = T.MultiplyAdd(b.Load<T>(k, o + 3 * Lanes.Count), zk, sum3);
        }

        AddTo(y + o, sum0, RowScale<T>(rowScale, o, weight));
        AddTo(y + o + Lanes.Count, sum1, RowScale<T>(rowScale, o + Lanes.Count, weight));
        AddTo(y + o + 2 * Lanes.Count, sum2, RowScale<T>(rowScale, o + 2 * Lanes.Count, weight));
        AddTo(y + o + 3 * Lanes.Count, sum3, RowScale<T>(rowScale, o + 3 * Lanes.Count, weight));
    }

    private static void ExpandOne<TFactor, T>(
        TFactor b, int rank, float* rowScale, float* z, float* y, int o, int rowStart, int rowEnd, float weight)
        where TFactor : struct, IFactor where T : struct, ILanes<T>
    {
        var sum = T.Zero;
        for (var k = 0; k < rank; k++) sum = T.MultiplyAdd(b.Load<T>(k, o), T.Broadcast(z[k]), sum);

        var scale = RowScale<T>(rowScale, o, weight);
        if (o >= rowStart && o + Lanes.Count <= rowEnd) AddTo(y + o, sum, scale);
        else AddPart(y, o, sum, scale, rowStart, rowEnd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T RowScale<T>(float* rowScale, int o, float weight) where T : struct, ILanes<T> =>
        rowScale == null ? T.Broadcast(weight) : T.Multiply(T.Broadcast(weight), T.Load(rowScale + o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<T>(float* y, T sum, T scale) where T : struct, ILanes<T> =>
        T.Store(T.MultiplyAdd(sum, scale, T.Load(y)), y);

    // Lanes outside [rowStart, rowEnd) are another worker's outputs, or lie beyond y: they are neither read nor written.
    private static void AddPart<T>(float* y, int o, T sum, T scale, int rowStart, int rowEnd) where T : struct, ILanes<T>
    {
        var part = stackalloc float[Lanes.Count];
        var start = Math.Max(o, rowStart);
        var end = Math.Min(o + Lanes.Count, rowEnd);
        for (var row = start; row < end; row++) part[row - o] = y[row];
        AddTo(part, sum, scale);
        for (var row = start; row < end; row++) y[row] = part[row - o];
    }
}
