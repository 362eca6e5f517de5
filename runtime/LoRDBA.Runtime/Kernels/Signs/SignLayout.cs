using System.ComponentModel;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// How signs, activations, tables and sums lie in memory: the contract between the runtime, which fills the memory, and generated kernels,
/// which have these numbers as constants. This file is compiled into the runtime and into the generator.
/// </summary>
/// <remarks>
/// <code>
/// shrink   signs    rank rows of RowLength(n_in) bytes               bit j &amp; 7 of byte j >> 3 is channel j, 1 for +1
///          codes    a token: Width(n_in) bytes, zero beyond n_in     gains: one for each segment, 16 bits, twice
///          scratch  TileRows rows of Width(n_in) bytes               a byte for each sign
///          sums     a token: SumStride(rank) whole numbers           2 · (sum where the sign is +1) - total
///
/// expand   planes   Planes(rank) rows of n_out bytes                 a byte: the signs of RanksPerPlane ranks
///          z        a token: 2 · Planes(rank) tables, then, at ScaleOffset(rank), the scale
///          table    16 low bytes | 16 high bytes                     the sums of RanksPerTable ranks, for each choice of signs
/// </code>
/// Kernels are written for these numbers, so a change here goes with a change of the kernels, and with the next <see cref="Version"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SignLayout
{
    /// <summary>
    /// Counts up with every change of the layout, of a method that generated kernels call (<c>SignOperations</c>, <c>SignBatch</c>), and of
    /// what they fill in (<c>SignKernels</c>, <c>ShrinkKernel</c>, <c>ExpandKernel</c>): a set that was compiled for another number is refused.
    /// </summary>
    public const int Version = 1;

    /// <summary>Channels that share a gain.</summary>
    public const int SegmentLength = 64;

    /// <summary>The most inputs for which sums fit 32 bits: n_in · 127 · 255.</summary>
    public const int MaxInputs = 65_536;

    /// <summary>Rows of signs that are spread to bytes together, to meet all tokens of a batch.</summary>
    public const int TileRows = 4;

    /// <summary>Sums of a token that are stored together.</summary>
    public const int SumsTogether = 4;

    /// <summary>Ranks whose signs are a byte of a plane.</summary>
    public const int RanksPerPlane = 8;

    /// <summary>Ranks that one look-up adds up.</summary>
    public const int RanksPerTable = 4;

    /// <summary>The most ranks that one expand kernel adds up: its sums have 16 bits. A branch of more is expanded in passes, each with a
    /// scale of its own.</summary>
    public const int RanksPerPass = 64;

    /// <summary>The most ranks of a linear for which kernels are generated; the runtime's own serve more.</summary>
    public const int MaxGeneratedRank = 256;

    /// <summary>Entries of a table: a sum for each choice of its ranks' signs.</summary>
    public const int TableEntries = 16;

    /// <summary>Bytes of a table: the low bytes of all its entries, then the high bytes.</summary>
    public const int TableLength = 2 * TableEntries;

    /// <summary>A share of the outputs begins and ends at a multiple of this many, or at n_out.</summary>
    public const int OutputUnit = 16;

    /// <summary>Segments of <paramref name="nIn"/> channels.</summary>
    public static int Segments(int nIn) => (nIn + SegmentLength - 1) / SegmentLength;

    /// <summary><paramref name="nIn"/> in whole segments.</summary>
    public static int Width(int nIn) => Segments(nIn) * SegmentLength;

    /// <summary>Bytes from one row of signs to the next.</summary>
    public static int RowLength(int nIn) => Width(nIn) / 8;

    /// <summary>Bytes of scratch memory that a shrink product takes.</summary>
    public static int ScratchLength(int nIn) => TileRows * Width(nIn);

    /// <summary>Elements from one token's sums to the next token's.</summary>
    public static int SumStride(int rank) => (rank + SumsTogether - 1) & -SumsTogether;

    /// <summary>Passes of an expand of <paramref name="rank"/> ranks.</summary>
    public static int Passes(int rank) => (rank + RanksPerPass - 1) / RanksPerPass;

    /// <summary>Ranks of one of these passes: all have <see cref="RanksPerPass"/> but the last.</summary>
    public static int PassRank(int rank, int pass)
    {
        var left = rank - pass * RanksPerPass;
        return left < RanksPerPass ? left : RanksPerPass;
    }

    /// <summary>Planes of <paramref name="rank"/> ranks.</summary>
    public static int Planes(int rank) => (rank + RanksPerPlane - 1) / RanksPerPlane;

    /// <summary>Tables that hold ranks; the last plane of a token's z may have one table of zeros beyond.</summary>
    public static int Tables(int rank) => (rank + RanksPerTable - 1) / RanksPerTable;

    /// <summary>Bytes from the beginning of a token's z to its scale.</summary>
    public static int ScaleOffset(int rank) => Planes(rank) * (RanksPerPlane / RanksPerTable) * TableLength;
}
