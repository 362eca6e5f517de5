namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>
/// A matrix of signs as the authors' program packs it: one stream of bits, row after row without padding, 1 for +1.
/// </summary>
/// <remarks>
/// <code>
///   byte           0                        1
///   bit     7 6 5 4 3 2 1 0      7 6  5  4  3  2  1  0
///   element 0 1 2 3 4 5 6 7      8 9 10 11 12 13 14 15          element = row · columns + column
/// </code>
/// </remarks>
internal readonly struct SignStream(byte[] bytes, int columns)
{
    /// <summary>Bytes that a matrix takes.</summary>
    public static long ByteLength(int rows, int columns) => ((long)rows * columns + 7) / 8;

    /// <summary>Whether the sign is +1.</summary>
    public bool IsPlus(int row, int column)
    {
        var element = (long)row * columns + column;
        return (bytes[element >> 3] >> (int)(7 - (element & 7)) & 1) != 0;
    }

    /// <summary>Packs signs; what is left of the last byte is filled with 1.</summary>
    public static byte[] Pack(int rows, int columns, Func<int, int, bool> isPlus)
    {
        var bytes = new byte[ByteLength(rows, columns)];
        if (bytes.Length > 0) bytes[^1] = (byte)(0xFF >> (int)(((long)rows * columns - 1 & 7) + 1));
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var element = (long)row * columns + column;
                if (isPlus(row, column)) bytes[element >> 3] |= (byte)(0x80 >> (int)(element & 7));
            }
        return bytes;
    }
}
