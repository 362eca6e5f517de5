namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// y = W x for a batch of tokens: y[t, row] = Σ_j W[row, j] · x[t, j]. One instance serves every matrix of its block format:
/// <see cref="MatMuls"/> has the table.
/// </summary>
internal abstract unsafe class MatMul
{
    /// <summary>Whether the kernel reads quantized activations; otherwise it reads the float32 ones.</summary>
    public abstract bool ReadsQuantized { get; }

    /// <summary>
    /// Floats of scratch that a product of inputs with at most <paramref name="nIn"/> channels needs: a row, or two scales for each block
    /// of 16 rows, or a tile. A multiple of 16.
    /// </summary>
    public static int ScratchLength(int nIn) => Math.Max(Lanes.RoundUp(nIn), WeightTile.ByteLength / sizeof(float));

    /// <summary>Computes rows [<paramref name="rowStart"/>, <paramref name="rowEnd"/>) for all tokens.</summary>
    /// <param name="weights">W, in the kernel's format.</param>
    /// <param name="x">[tokens][n_in]</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">Row after the last.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>], the worker's own.</param>
    public abstract void Run(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch);
}
