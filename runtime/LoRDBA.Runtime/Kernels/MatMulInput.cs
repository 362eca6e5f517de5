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
