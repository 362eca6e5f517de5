using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// The double-binary branch of one linear in managed memory, before it is written: s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ x)).
/// </summary>
/// <remarks><see cref="LordbaWriter"/> checks the lengths and values of all parts.</remarks>
public sealed class LordbaFactors
{
    /// <summary>The weight that it adapts, for example blk.0.attn_q.weight.</summary>
    public required string Name { get; init; }

    /// <summary>The largest rank that a file can hold.</summary>
    public const int MaxRank = AdapterBlobLayout.MaxRank;

    /// <summary>1 to <see cref="MaxRank"/>.</summary>
    public int Rank => M.Length;

    /// <summary>Inputs of the linear layer.</summary>
    public required int NIn { get; init; }

    /// <summary>Outputs of the linear layer.</summary>
    public int NOut => ScaleOut.Length;

    /// <summary>S_A, packed as <see cref="PackSigns"/> does: [rank][n_in].</summary>
    public required byte[] SignsA { get; init; }

    /// <summary>S_B transposed, packed likewise: [rank][n_out].</summary>
    public required byte[] SignsB { get; init; }

    /// <summary>m, [rank], at least 0.</summary>
    public required float[] M { get; init; }

    /// <summary>s_out, [n_out], at least 0.</summary>
    public required float[] ScaleOut { get; init; }

    /// <summary>How s_out is written.</summary>
    public required ScaleCode CodeOut { get; init; }

    /// <summary>s_in, [n_in], at least 0; empty for none.</summary>
    public float[] ScaleIn { get; init; } = [];

    /// <summary>How s_in is written.</summary>
    public ScaleCode CodeIn { get; init; }

    /// <summary>Packs signs, one bit each, 1 for +1, row after row.</summary>
    /// <remarks>
    /// The sign of column j is bit (j &amp; 7) of byte j >> 3 of its row. Every row takes <see cref="SignRowLength"/> bytes; bits beyond
    /// the last column are zero.
    /// </remarks>
    /// <param name="rows">The rank.</param>
    /// <param name="columns">n_in for S_A, n_out for S_B transposed.</param>
    /// <param name="isPlus">Whether the sign at (row, column) is +1; asked row after row.</param>
    public static byte[] PackSigns(int rows, int columns, Func<int, int, bool> isPlus) => SignMatrix.Pack(rows, columns, isPlus);

    /// <summary>Bytes of a row of packed signs: whole words of 64 bits.</summary>
    /// <param name="columns">n_in for S_A, n_out for S_B transposed.</param>
    public static int SignRowLength(int columns) => SignMatrix.StrideOf(columns);

    /// <summary>Bytes that a branch of these sizes takes in a file.</summary>
    /// <param name="nIn">Inputs of the linear layer.</param>
    /// <param name="nOut">Outputs of the linear layer.</param>
    /// <param name="rank">1 to <see cref="MaxRank"/>.</param>
    /// <param name="outBits">Bits of a code of s_out: 3, 4, 8 or 16.</param>
    /// <param name="inBits">Bits of a code of s_in, or 0 for none.</param>
    public static long ByteLength(int nIn, int nOut, int rank, int outBits, int inBits) => new AdapterBlobLayout(nIn, nOut, rank, outBits, inBits).Length;
}
