namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Activations or their gradients: room for a fixed number of rows, of which a batch uses the first.</summary>
internal sealed class Rows(int maxRows, int columns)
{
    private readonly float[] values = new float[maxRows * columns];

    public static Rows None { get; } = new(0, 0);

    public int Columns => columns;

    public Span<float> this[int row] => values.AsSpan(row * columns, columns);

    public Span<float> First(int count) => Range(0, count);

    /// <summary>The rows [start, end).</summary>
    public Span<float> Range(int start, int end) => values.AsSpan(start * columns, (end - start) * columns);

    /// <summary>The first rows, set to zero: what backward passes are to add to.</summary>
    public Span<float> Cleared(int count)
    {
        var rows = First(count);
        rows.Clear();
        return rows;
    }
}
