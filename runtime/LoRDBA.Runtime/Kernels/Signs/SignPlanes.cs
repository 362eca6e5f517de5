namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// S_B in the order in which the expand product reads it: the signs of eight ranks of one output are one byte, so that half a byte
/// is the index into a table of four ranks.
/// </summary>
/// <remarks>
/// <code>
/// plane 0   | o0 | o1 | o2 | ...                  byte [n_out]
///             bit 7 6 5 4 3 2 1 0 = ranks 7 ... 0 of that output, 1 for +1; ranks beyond the last are 0
/// plane 1   | o0 | o1 | o2 | ...                  ranks 15 ... 8
/// </code>
/// The adapter file keeps a row of bits per rank, which needs no padding for any rank; this is made of it once, when an adapter is loaded.
/// </remarks>
internal static unsafe class SignPlanes
{
    /// <summary>Ranks in a plane.</summary>
    public const int Ranks = SignLayout.RanksPerPlane;

    /// <summary>Planes for <paramref name="rank"/> ranks.</summary>
    public static int Count(int rank) => SignLayout.Planes(rank);

    /// <summary>Transposes a factor.</summary>
    /// <param name="signs">S_B transposed, [rank][n_out].</param>
    /// <param name="planes">[planes][n_out], zeroed.</param>
    public static void Pack(SignMatrix signs, byte* planes)
    {
        for (var k = 0; k < signs.Rows; k++)
        {
            var plane = planes + (long)(k / Ranks) * signs.Columns;
            var row = signs.Bits + (long)k * signs.Stride;
            for (var o = 0; o < signs.Columns; o++) plane[o] |= (byte)((row[o >> 3] >> (o & 7) & 1) << (k % Ranks));
        }
    }
}
