namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// The shrink product of a sign branch for one shape, in whole numbers: sums[t, k] = Σ_j S_A[k, j] · gain · code[t, j].
/// The source generator emits one per shape and rank; the runtime has a generic one for the rest.
/// </summary>
/// <remarks>
/// Whole numbers add up to the same whatever the order, so every kernel of a shape gives the same bits, on every machine.
/// With bits b in {0, 1} a sum of signs is 2 Σ b · a - Σ a, and Σ a is shared by all ranks (<see cref="SignBatch.Total"/>).
/// </remarks>
public abstract unsafe class ShrinkKernel
{
    /// <summary>The kernel for a shape.</summary>
    /// <param name="nIn">Inputs of the linear.</param>
    /// <param name="rank">Rows of S_A; of all linears together, where several that read one input are fused.</param>
    protected ShrinkKernel(int nIn, int rank) => (NIn, Rank) = (nIn, rank);

    /// <summary>Inputs of the linear.</summary>
    public int NIn { get; }

    /// <summary>Rows of S_A.</summary>
    public int Rank { get; }

    /// <summary>Which of its instruction sets acts on this processor: Avx512, Avx2, Dp, AdvSimd or scalar.</summary>
    public abstract string Path { get; }

    /// <summary>Elements from one token's sums to the next's: the rank in whole groups of four.</summary>
    public int SumStride => SignLayout.SumStride(Rank);

    /// <summary>Bytes that a call may scribble on: four rows of signs, one byte each.</summary>
    public int ScratchLength => SignLayout.ScratchLength(NIn);

    /// <summary>Computes the sums of all tokens of a batch.</summary>
    /// <param name="signs">S_A, [rank] rows of n_in bits, each in whole 8-byte words; bit 1 is +1.</param>
    /// <param name="x">The activations, [tokens][n_in] in 8 bits.</param>
    /// <param name="tokens">How many, at least 1.</param>
    /// <param name="sums">[tokens][<see cref="SumStride"/>]; what lies behind the rank is undefined.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>], the worker's own.</param>
    public abstract void Run(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch);
}
