using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Kernels;

/// <summary>What a matrix product reads: the same activations as float32 and, where a kernel wants them, quantized.</summary>
internal readonly unsafe struct MatMulInput(float* values, QuantizedRows quantized, int tokens)
{
    /// <summary>[tokens][n_in]</summary>
    public float* Values => values;

    /// <summary>[tokens][n_in]; filled only if a kernel reads it.</summary>
    public QuantizedRows Quantized => quantized;

    /// <summary>How many rows.</summary>
    public int Tokens => tokens;

    /// <summary>Some of the tokens.</summary>
    public MatMulInput Slice(int first, int count) => new(values + (long)first * quantized.Width, quantized.From(first), count);
}

/// <summary>
/// y = W x for a batch of tokens: y[t, row] = Σ_j W[row, j] · x[t, j]. One instance serves every linear of its block format.
/// </summary>
internal abstract unsafe class MatMul
{
    /// <summary>Whether the kernel reads quantized activations; otherwise it reads the float32 ones.</summary>
    public abstract bool ReadsQuantized { get; }

    /// <summary>The same kernel on other instructions, which the processor must have; itself, if it knows but one way.</summary>
    public virtual MatMul On(InstructionSet path) => this;

    /// <summary>
    /// Floats of scratch that a product of inputs with at most <paramref name="nIn"/> channels needs: a row, or two scales for each block of 16 rows,
    /// or a tile. A multiple of 16.
    /// </summary>
    public static int ScratchLength(int nIn) => Math.Max(Lanes.RoundUp(nIn), WeightTile.ByteLength / sizeof(float));

    /// <summary>Computes rows [<paramref name="rowStart"/>, <paramref name="rowEnd"/>) for all tokens.</summary>
    /// <param name="weights">W, [n_out][n_in] in blocks.</param>
    /// <param name="x">[tokens][n_in]</param>
    /// <param name="y">[tokens][n_out]</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">Row after the last.</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>], the worker's own.</param>
    public abstract void Run(Linear weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch);
}
