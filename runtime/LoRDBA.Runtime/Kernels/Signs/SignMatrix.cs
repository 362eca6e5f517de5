namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// A matrix of signs, one bit each, row after row; it views memory that somebody else keeps alive.
/// </summary>
/// <remarks>
/// Bit 1 stands for +1 and bit 0 for -1. The sign of column j is bit (j &amp; 7) of byte j >> 3, so in memory
/// <code>
///   byte            0                          1              ...   stride - 1
///   bit     7 6 5 4 3 2 1 0        15 14 13 12 11 10  9  8          zero from column `columns` on
///   column  7 6 5 4 3 2 1 0        15 14 13 12 11 10  9  8
/// </code>
/// and on a little-endian machine a word of 16, 32 or 64 bits holds as many consecutive columns, the first in bit 0.
/// A row takes whole 8-byte words; the bits beyond the last column are zero. Both factors are stored with one row
/// per rank (S_B transposed), so no rank needs padding and one load yields the signs of consecutive channels.
/// </remarks>
internal readonly unsafe struct SignMatrix(byte* bits, int rows, int columns)
{
    /// <summary>The first byte of row 0.</summary>
    public byte* Bits { get; } = bits;

    /// <summary>Number of rows: the rank.</summary>
    public int Rows { get; } = rows;

    /// <summary>Number of columns: n_in or n_out.</summary>
    public int Columns { get; } = columns;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; } = StrideOf(columns);

    /// <summary>Bytes that a row of <paramref name="columns"/> signs takes.</summary>
    public static int StrideOf(int columns) => SignLayout.RowLength(columns);

    /// <summary>The bytes of a matrix, as drawn above.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="isPlus">Whether the sign at (row, column) is +1; asked row after row.</param>
    public static byte[] Pack(int rows, int columns, Func<int, int, bool> isPlus)
    {
        var stride = StrideOf(columns);
        var bits = new byte[rows * stride];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                if (isPlus(row, column)) bits[row * stride + (column >> 3)] |= (byte)(1 << (column & 7));
        return bits;
    }

    /// <summary>+1 or -1.</summary>
    public int this[int row, int column] => IsPlus(row, column) ? 1 : -1;

    /// <summary>Whether the sign is +1.</summary>
    public bool IsPlus(int row, int column) => (Bits[(long)row * Stride + (column >> 3)] >> (column & 7) & 1) != 0;

    /// <summary>Whether every bit beyond the last column is zero, as the blob demands.</summary>
    public bool HasZeroPadding()
    {
        for (var row = 0; row < Rows; row++)
            for (var column = Columns; column < Stride * 8; column++)
                if (IsPlus(row, column)) return false;
        return true;
    }
}
