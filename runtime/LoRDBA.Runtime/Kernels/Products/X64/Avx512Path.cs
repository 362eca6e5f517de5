using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>x64, 512-bit registers. Formats differ in how sixteen rows meet one token.</summary>
internal readonly struct Avx512Path<TBlock, TRows> : IBlockPath where TBlock : struct, IQuantizedBlock where TRows : struct, IAvx512Rows
{
    public static int BatchFrom => 9;

    public static void Rows(in RowsProduct product) => TRows.Run(product);

    public static bool HasFourTokens => true;

    public static void FourTokens(in RowsProduct product) => Avx512FourTokens<TBlock>.Run(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => Avx512Unpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => Avx512Batch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Avx512Batch<TBlock>.Run(product);
}

/// <summary>Sixteen rows times one token. Implemented by structs without fields.</summary>
internal interface IAvx512Rows
{
    /// <summary>Writes the outputs of all sixteen.</summary>
    static abstract void Run(in RowsProduct p);
}
