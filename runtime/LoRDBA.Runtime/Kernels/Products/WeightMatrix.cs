using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>W of a product: [n_out][n_in] in blocks, in memory that is somebody else's.</summary>
/// <param name="format">How the blocks are stored.</param>
/// <param name="data">Row 0.</param>
/// <param name="nIn">Columns, whole blocks.</param>
/// <param name="nOut">Rows.</param>
internal readonly unsafe struct WeightMatrix(BlockFormat format, byte* data, int nIn, int nOut)
{
    /// <summary>How the blocks are stored.</summary>
    public BlockFormat Format => format;

    /// <summary>Row 0.</summary>
    public byte* Data => data;

    /// <summary>Columns: width of the input.</summary>
    public int NIn => nIn;

    /// <summary>Rows: width of the output.</summary>
    public int NOut => nOut;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes { get; } = format.BytesFor(nIn);

    /// <summary>The blocks of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => new(data + row * RowBytes, (int)RowBytes);
}
