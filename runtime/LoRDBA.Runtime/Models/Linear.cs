using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels.Products;

namespace LoRDBA.Runtime.Models;

/// <summary>Which of a model's matrices a linear layer is.</summary>
public enum LinearKind
{
    /// <summary>attn_q: n_embd → n_head · head_dim</summary>
    Query,

    /// <summary>attn_k: n_embd → n_head_kv · head_dim</summary>
    Key,

    /// <summary>attn_v: n_embd → n_head_kv · head_dim</summary>
    Value,

    /// <summary>attn_output: n_head · head_dim → n_embd</summary>
    AttentionOutput,

    /// <summary>ffn_gate: n_embd → n_ff</summary>
    Gate,

    /// <summary>ffn_up: n_embd → n_ff</summary>
    Up,

    /// <summary>ffn_down: n_ff → n_embd</summary>
    Down,

    /// <summary>output: n_embd → n_vocab, where it is not the embedding itself.</summary>
    Output,
}

/// <summary>A matrix of the base, [n_out][n_in] in blocks, as it lies in the mapped file: what an adapter can adapt.</summary>
public sealed unsafe class Linear
{
    internal Linear(string name, int index, int layer, LinearKind kind, int nIn, int nOut, BlockFormat format, byte* data, float* bias)
    {
        (Name, Index, Layer, Kind) = (name, index, layer, kind);
        (Weights, Kernel) = (new WeightMatrix(format, data, nIn, nOut), MatMuls.Of(format));
        Bias = bias;
    }

    /// <summary>The tensor's name in GGUF, for example blk.0.attn_q.weight.</summary>
    public string Name { get; }

    /// <summary>Its place in <see cref="Model.Linears"/>; -1 for the embedding, which is no part of them.</summary>
    public int Index { get; }

    /// <summary>The linears that read the same input, itself among them.</summary>
    public InputGroup Input { get; private set; } = null!;

    /// <summary>Its place in <see cref="Input"/>.</summary>
    internal int Slot { get; private set; }

    /// <summary>The layer it belongs to; the output head counts as one more.</summary>
    public int Layer { get; }

    /// <summary>Which of the layer's matrices it is.</summary>
    public LinearKind Kind { get; }

    /// <summary>Columns: width of the input.</summary>
    public int NIn => Weights.NIn;

    /// <summary>Rows: width of the output.</summary>
    public int NOut => Weights.NOut;

    /// <summary>How its blocks are stored.</summary>
    public BlockFormat Format => Weights.Format;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes => Weights.RowBytes;

    /// <summary>The matrix as kernels see it.</summary>
    internal WeightMatrix Weights { get; }

    /// <summary>The fastest product with it on this machine.</summary>
    internal MatMul Kernel { get; }

    /// <summary>[n_out], or null: what is added to the product.</summary>
    internal float* Bias { get; }

    /// <summary>Linears whose rows lie one below the other, as a fused tensor has them: each with its first row, and how many rows there are.</summary>
    internal static ((Linear Linear, int FirstRow)[] Parts, int NOut) Stack(ReadOnlySpan<Linear> linears)
    {
        var (parts, nOut) = (new (Linear, int)[linears.Length], 0);
        for (var i = 0; i < parts.Length; nOut += linears[i++].NOut) parts[i] = (linears[i], nOut);
        return (parts, nOut);
    }

    internal void JoinInput(InputGroup input, int slot) => (Input, Slot) = (input, slot);

    /// <summary>The blocks of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => Weights.Row(row);
}
