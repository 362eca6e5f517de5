namespace LoRDBA.Runtime.Kernels.Factors;

/// <summary>
/// The two products of a low-rank branch y += w * s ⊙ B (m ⊙ A x) over float32, both factors rank-major.
/// </summary>
/// <remarks>
/// Shapes: x [tokens][n_in], A [rank][n_in], z [tokens][rank], B [rank][n_out], y [tokens][n_out]; m [rank], s [n_out].
/// <para>
/// <b>Order of sums.</b> z[t, k] is summed in sixteen lanes, channel j in lane j mod 16, and then as the tree of
/// <see cref="ILanes{TSelf}.Sum"/>; y[t, o] is summed over k from 0 to rank - 1. Neither depends on the width of the
/// registers, on how many tokens share the call, or on which worker has which ranks or rows: the tiles below only
/// choose what is in registers together. The scalar twins do the same additions in the same order.
/// </para>
/// <para>
/// <b>Tiles.</b> One token: four ranks (or four groups of outputs) share the loaded activations. Four tokens: they
/// share one group of sixteen entries, because turning sign bits into floats costs more than multiplying with them.
/// Either way there are four sums in flight, which is what the latency of an addition asks for.
/// </para>
/// </remarks>
internal static unsafe partial class FactorProduct
{
    /// <summary>z[t, k] = m[k] * sum_j A[k, j] x[t, j] for all tokens and k in [rankStart, rankEnd).</summary>
    /// <param name="a">A.</param>
    /// <param name="rankScale">m, or null for ones.</param>
    /// <param name="x">[tokens][nIn].</param>
    /// <param name="tokens">Number of tokens.</param>
    /// <param name="nIn">Length of a row of x.</param>
    /// <param name="z">[tokens][zStride].</param>
    /// <param name="zStride">Floats from one token's z to the next.</param>
    /// <param name="rankStart">First k.</param>
    /// <param name="rankEnd">One past the last k.</param>
    public static void Shrink<TFactor>(
        TFactor a, float* rankScale, float* x, int tokens, int nIn, float* z, int zStride, int rankStart, int rankEnd)
        where TFactor : struct, IFactor
    {
        if (InstructionSets.HasAvx512) Shrink<TFactor, Lanes512>(a, rankScale, x, tokens, nIn, z, zStride, rankStart, rankEnd);
        else if (InstructionSets.HasAvx2) Shrink<TFactor, Lanes256>(a, rankScale, x, tokens, nIn, z, zStride, rankStart, rankEnd);
        else Shrink<TFactor, Lanes128>(a, rankScale, x, tokens, nIn, z, zStride, rankStart, rankEnd);
    }

    /// <summary>y[t, o] += weight * s[o] * sum_k B[k, o] z[t, k] for all tokens and o in [rowStart, rowEnd).</summary>
    /// <param name="b">B, transposed: [rank][nOut].</param>
    /// <param name="rank">Number of ranks.</param>
    /// <param name="rowScale">s, padded to whole groups of lanes, or null for ones.</param>
    /// <param name="z">[tokens][zStride].</param>
    /// <param name="tokens">Number of tokens.</param>
    /// <param name="zStride">Floats from one token's z to the next.</param>
    /// <param name="y">[tokens][nOut].</param>
    /// <param name="nOut">Length of a row of y.</param>
    /// <param name="rowStart">First output.</param>
    /// <param name="rowEnd">One past the last output.</param>
    /// <param name="weight">Factor of the whole branch.</param>
    public static void Expand<TFactor>(
        TFactor b, int rank, float* rowScale, float* z, int tokens, int zStride, float* y, int nOut, int rowStart, int rowEnd, float weight)
        where TFactor : struct, IFactor
    {
        if (InstructionSets.HasAvx512)
            Expand<TFactor, Lanes512>(b, rank, rowScale, z, tokens, zStride, y, nOut, rowStart, rowEnd, weight);
        else if (InstructionSets.HasAvx2)
            Expand<TFactor, Lanes256>(b, rank, rowScale, z, tokens, zStride, y, nOut, rowStart, rowEnd, weight);
        else
            Expand<TFactor, Lanes128>(b, rank, rowScale, z, tokens, zStride, y, nOut, rowStart, rowEnd, weight);
    }
}
