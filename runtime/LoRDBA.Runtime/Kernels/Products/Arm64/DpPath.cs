using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>arm64 with dot products of bytes; formats without factors.</summary>
internal readonly struct DpPath<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    public static bool ReadsScalesInRows => TBlock.BeginsWithScale;

    public static void Rows(in RowsProduct product) => Arm64Rows<TBlock>.Run<DpProduct<TBlock>>(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => DpUnpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => DpBatch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Channels(range, tile);

    // What is folded into the gradients takes all of their 15 bits, so there is nothing that bytes would save.
    public static void BatchOfColumns(in TileProduct product) => AdvSimdBatch<TBlock>.Run(product);
}
