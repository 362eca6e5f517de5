namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Numbers that training moves: the value, the gradient of the loss by it (summed by the backward passes, cleared by the
/// optimizer) and Adam's two moments.</summary>
internal sealed class Parameter(string name, int rows, int columns)
{
    /// <summary>The tensor's GGUF name for weights of the model.</summary>
    public string Name { get; } = name;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    /// <summary>Frozen: no gradient is computed.</summary>
    public bool IsFrozen { get; set; }

    public FloatBuffer Value { get; } = new(rows * columns);

    public FloatBuffer Gradient { get; } = new(rows * columns);

    public FloatBuffer FirstMoment { get; } = new(rows * columns);

    public FloatBuffer SecondMoment { get; } = new(rows * columns);
}
