using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>arm64, 128-bit registers: every arm64 processor.</summary>
internal readonly struct AdvSimdPath<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    public static bool ReadsScalesInRows => TBlock.BeginsWithScale;

    public static void Rows(in RowsProduct product)
    {
        if (TBlock.HasNibbles) Arm64Rows<TBlock>.Run<NibbleProduct<TBlock>>(product);
        else Arm64Rows<TBlock>.Run<WideProduct<TBlock>>(product);
    }

    public static void Unpack(in BlockRange range, in WeightTile tile) => AdvSimdUnpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => AdvSimdBatch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Channels(range, tile);

    public static void BatchOfColumns(in TileProduct product) => AdvSimdBatch<TBlock>.Run(product);
}
