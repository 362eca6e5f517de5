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

    /// <summary>
    /// The way back of training, dx += Wᵀ dy: dx[t, column] += Σ_row W[row, column] · dy[t, row], for columns [<paramref name="columnStart"/>,
    /// <paramref name="columnEnd"/>) and all tokens. The bits do not depend on how columns are dealt out in whole blocks of 32.
    /// </summary>
    /// <param name="weights">W, in the kernel's format.</param>
    /// <param name="dy">[tokens][n_out]: float32 and, where n_out is a multiple of 32 and the kernel reads them, quantized.</param>
    /// <param name="dx">[tokens][n_in], added to.</param>
    /// <param name="columnStart">First column, a multiple of 32.</param>
    /// <param name="columnEnd">Column after the last: a multiple of 32, or n_in.</param>
    /// <param name="scratch">[<see cref="TransposedScratchLength"/>], the worker's own.</param>
    public abstract void RunTransposed(in WeightMatrix weights, in MatMulInput dy, float* dx, int columnStart, int columnEnd, float* scratch);

    /// <summary>Floats of scratch that <see cref="RunTransposed"/> needs: a row, or a tile and what meets it. A multiple of 16.</summary>
    public static int TransposedScratchLength(int nIn) => Math.Max(Lanes.RoundUp(nIn), FoldedRows.ByteLength / sizeof(float));
}
