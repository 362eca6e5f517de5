using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LoRDBA.Training.Backward;

/// <summary>A matrix that training moves: its numbers and the gradient of the loss by them, both float32, row after row.</summary>
/// <remarks>Backward passes add to the gradient. No operation and no optimizer clears it: whoever runs the steps does.</remarks>
public sealed unsafe class Parameter
{
    private readonly float[] value;
    private float[] gradient;

    /// <summary>All zero.</summary>
    /// <param name="name">The tensor's GGUF name, or a name made from it: a parameter is found by it.</param>
    /// <param name="rows">1 for a vector.</param>
    /// <param name="columns">Numbers per row.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Parameter(string name, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        (Name, Rows, Columns) = (name, rows, columns);
        // Pinned: kernels take addresses.
        (value, gradient) = (GC.AllocateArray<float>(checked(rows * columns), pinned: true), GC.AllocateArray<float>(rows * columns, pinned: true));
    }

    /// <summary>The tensor's GGUF name, or a name made from it.</summary>
    public string Name { get; }

    /// <summary>1 for a vector.</summary>
    public int Rows { get; }

    /// <summary>Numbers per row.</summary>
    public int Columns { get; }

    /// <summary>[rows][columns]</summary>
    public Span<float> Value => value;

    /// <summary>[rows][columns]; empty once frozen.</summary>
    public Span<float> Gradient => gradient;

    /// <summary>Where <see cref="Value"/> lies as long as this object lives.</summary>
    internal float* Values => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(value));

    /// <summary>Where <see cref="Gradient"/> lies as long as this object lives and is not frozen.</summary>
    internal float* Gradients => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(gradient));

    /// <summary>Whether training leaves this parameter alone.</summary>
    public bool IsFrozen => gradient.Length == 0;

    /// <summary>Gives up the gradient and its memory: backward passes skip this parameter from here on.</summary>
    public void Freeze() => gradient = [];

    /// <summary>Draws every value from N(0, <paramref name="deviation"/>²), in order, with two draws of <paramref name="random"/> each.</summary>
    public void FillNormal(Random random, float deviation)
    {
        foreach (ref var each in value.AsSpan())
        {
            // Box-Muller, one of the pair: 1 - u lies in (0, 1].
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            each = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
