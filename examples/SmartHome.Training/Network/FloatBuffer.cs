namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Float32 numbers at a fixed address, zero at first; a matrix lies row after row.</summary>
internal sealed unsafe class FloatBuffer
{
    private readonly float[] values;

    public FloatBuffer(int length)
    {
        values = GC.AllocateArray<float>(length, pinned: true);
        fixed (float* data = values)
            Data = data;
    }

    public int Length => values.Length;

    /// <summary>The first number; valid as long as this object is reachable.</summary>
    public float* Data { get; }

    public Span<float> Span => values;

    /// <summary>Writes the transpose of this [rows, columns] matrix to <paramref name="target"/>.</summary>
    public void TransposeTo(FloatBuffer target, int rows, int columns)
    {
        // Blocks of 8 x 8 keep both sides within few cache lines.
        for (var row = 0; row < rows; row += 8)
        {
            for (var column = 0; column < columns; column += 8)
            {
                for (var i = row; i < Math.Min(rows, row + 8); i++)
                {
                    for (var j = column; j < Math.Min(columns, column + 8); j++)
                        target.Data[j * rows + i] = Data[i * columns + j];
                }
            }
        }
    }

    public void FillNormal(Random random, float deviation)
    {
        foreach (ref var value in values.AsSpan())
        {
            // Box-Muller, one of the pair: 1 - u lies in (0, 1].
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            value = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
