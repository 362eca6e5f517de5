using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>x64, 512-bit registers.</summary>
internal readonly struct Avx512Path<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    public static int BatchFrom => 9;

    public static void Rows(in RowsProduct product) => Avx512Rows<TBlock>.Run(product);

    public static bool HasFourTokens => true;

    public static void FourTokens(in RowsProduct product) => Avx512FourTokens<TBlock>.Run(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => Avx512Unpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => Avx512Batch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Avx512Batch<TBlock>.Run(product);
}

/// <summary>The same for formats of super-blocks with factors.</summary>
internal readonly struct Avx512FieldPath<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock, IFieldBlock
{
    public static int BatchFrom => 9;

    public static void Rows(in RowsProduct product) => Avx512FieldRows<TBlock>.Run(product);

    public static bool HasFourTokens => true;

    public static void FourTokens(in RowsProduct product) => Avx512FourTokens<TBlock>.Run(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => Avx512Unpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => Avx512Batch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Avx512Batch<TBlock>.Run(product);
}

/// <summary>The same for formats of four or five bits, whose rows have a faster way.</summary>
internal readonly struct Avx512NarrowPath<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    public static int BatchFrom => 9;

    public static void Rows(in RowsProduct product) => Avx512NarrowRows<TBlock>.Run(product);

    public static bool HasFourTokens => true;

    public static void FourTokens(in RowsProduct product) => Avx512FourTokens<TBlock>.Run(product);

    public static void Unpack(in BlockRange range, in WeightTile tile) => Avx512Unpacking<TBlock>.Run(range, tile);

    public static void Batch(in TileProduct product) => Avx512Batch<TBlock>.Run(product);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Avx512Batch<TBlock>.Run(product);
}
