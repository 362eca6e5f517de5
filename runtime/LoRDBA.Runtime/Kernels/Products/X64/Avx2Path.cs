using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>x64, 256-bit registers.</summary>
internal readonly struct Avx2Path<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    public static int BatchFrom => 8;

    public static void Rows(in RowsProduct product) => Avx2Rows<TBlock>.Run(product);

    public static bool HasFourTokens => true;

    public static void FourTokens(in RowsProduct product) => Avx2FourTokens<TBlock>.Run(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => Avx2Unpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => Avx2Batch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Avx2Batch<TBlock>.Run(product);
}
