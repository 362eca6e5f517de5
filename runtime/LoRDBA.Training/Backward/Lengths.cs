namespace LoRDBA.Training.Backward;

/// <summary>Refuses spans that do not fit together, before anything is read or written.</summary>
internal static class Lengths
{
    /// <summary>How many rows of <paramref name="columns"/> numbers a matrix has.</summary>
    public static int Rows(int length, int columns, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (length % columns != 0) throw new ArgumentException($"{name} has {length} numbers, which are no whole rows of {columns}.", name);
        return length / columns;
    }

    /// <summary>The span must have exactly <paramref name="rows"/> times <paramref name="columns"/> numbers.</summary>
    public static void Require(int length, long rows, long columns, string name)
    {
        if (length != rows * columns) throw new ArgumentException($"{name} has {length} numbers; [{rows}][{columns}] is expected.", name);
    }

    /// <summary>The span must have at least <paramref name="count"/> numbers.</summary>
    public static void RequireScratch(int length, long count, string name)
    {
        if (length < count) throw new ArgumentException($"{name} has {length} numbers; at least {count} are needed.", name);
    }
}
