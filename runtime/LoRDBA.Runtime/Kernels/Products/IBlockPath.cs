using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The product on one set of instructions, for one format of blocks. Implemented by structs without fields:
/// <see cref="BlockMatMul{TBlock, TPath}"/> is compiled once per path, and nothing is chosen while it runs.
/// </summary>
internal interface IBlockPath
{
    /// <summary>Whether <see cref="Rows"/> reads the scales of weights in the rows: whoever calls it need not unpack them.</summary>
    static virtual bool ReadsScalesInRows => false;

    /// <summary>From so many tokens on, unpacking a tile pays.</summary>
    static virtual int BatchFrom => 4;

    /// <summary>Sixteen rows times one token.</summary>
    static abstract void Rows(in RowsProduct product);

    /// <summary>Whether the path has <see cref="FourTokens"/>.</summary>
    static virtual bool HasFourTokens => false;

    /// <summary>Sixteen rows times four tokens, whose activations lie one after the other.</summary>
    static virtual void FourTokens(in RowsProduct product) => throw new NotSupportedException();

    /// <summary>
    /// Fills a tile's codes, in the order in which <see cref="Batch"/> reads them. Rows that the matrix does not have repeat the last one;
    /// nothing is stored of them later.
    /// </summary>
    static abstract void Unpack(in BlockRange range, in WeightTile tile);

    /// <summary>A tile times all tokens.</summary>
    static abstract void Batch(in TileProduct product);

    /// <summary>
    /// Fills a tile's codes for the transposed product: block range.First of all rows. The tile's rows are the block's 32 columns, its
    /// channels the matrix's rows, which are whole blocks; in the order in which <see cref="BatchOfColumns"/> reads them.
    /// </summary>
    static abstract void UnpackColumns(in BlockRange range, in WeightTile tile);

    /// <summary>A tile of columns times all tokens.</summary>
    static abstract void BatchOfColumns(in TileProduct product);
}
