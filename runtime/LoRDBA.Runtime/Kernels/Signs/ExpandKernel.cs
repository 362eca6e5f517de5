namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// The expand product of a sign branch for one shape: y[t, o] += weight · s_out[o] · Σ_k S_B[o, k] z[t, k], by looking up
/// the sum of four ranks at a time (<see cref="LookupTables"/>). The source generator emits one per shape and rank;
/// the runtime has a generic one for the rest.
/// </summary>
public abstract unsafe class ExpandKernel
{
    /// <summary>The kernel for a shape.</summary>
    /// <param name="nOut">Outputs of the linear.</param>
    /// <param name="rank">Columns of S_B, 1 to <see cref="SignLayout.RanksPerPass"/>.</param>
    protected ExpandKernel(int nOut, int rank) => (NOut, Rank) = (nOut, rank);

    /// <summary>Outputs of the linear.</summary>
    public int NOut { get; }

    /// <summary>Columns of S_B.</summary>
    public int Rank { get; }

    /// <summary>Which of its instruction sets acts on this processor: Avx512, Avx2, AdvSimd or scalar.</summary>
    public abstract string Path { get; }

    /// <summary>Adds rows [<paramref name="rowStart"/>, <paramref name="rowEnd"/>) of all tokens.</summary>
    /// <param name="planes">S_B as <see cref="SignPlanes"/> lays it out.</param>
    /// <param name="scaleOut">s_out, [n_out].</param>
    /// <param name="z">[tokens], each as <see cref="LookupTables"/> lays it out.</param>
    /// <param name="zStride">Bytes from one token's z to the next's.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row; a multiple of 16.</param>
    /// <param name="rowEnd">Row after the last; a multiple of 16, or n_out.</param>
    /// <param name="weight">Factor of the whole branch.</param>
    public abstract void Run(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight);
}
