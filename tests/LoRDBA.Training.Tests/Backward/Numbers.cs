using LoRDBA.Tests;

namespace LoRDBA.Training.Tests.Backward;

/// <summary>The same numbers twice: as floats on guarded memory for what is tested, as doubles for its definition.</summary>
internal sealed unsafe class Numbers(GuardedMemory memory, double[] doubles)
{
    // The slopes' own errors: Step² times a third derivative, and 1e-16 / Step for the rounding of the loss. Both are below 1e-9.
    private const double Step = 1e-5;

    // Float32 rounds by 6e-8; the sums of these tests have less than a hundred terms.
    private const double Tolerance = 1e-5;

    public Span<float> Floats => new(memory.Floats, memory.Length / sizeof(float));

    public double[] Doubles => doubles;

    /// <summary>The floats are what they were plus the slopes of the loss by the doubles of <paramref name="at"/>.</summary>
    /// <remarks>Gradients start from random numbers here, so that a backward pass that overwrites fails.</remarks>
    public void AssertGained(Numbers at, Func<double> loss) => AssertGained(at.Doubles, loss);

    public void AssertGained(double[] at, Func<double> loss)
    {
        Assert.Equal(doubles.Length, at.Length);
        var expected = new double[at.Length];
        for (var i = 0; i < at.Length; i++)
        {
            var original = at[i];
            at[i] = original + Step;
            var above = loss();
            at[i] = original - Step;
            expected[i] = doubles[i] + (above - loss()) / (2 * Step);
            at[i] = original;
        }

        AssertNear(expected);
    }

    /// <summary>The floats are near the expected numbers, measured by the largest of them.</summary>
    public void AssertNear(double[] expected)
    {
        Assert.Equal(expected.Length, Floats.Length);
        var bound = Tolerance * expected.Select(Math.Abs).Append(1).Max();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], Floats[i], bound);
    }
}

/// <summary>All numbers of one test case, drawn from one seed.</summary>
internal sealed class NumberSet(int seed) : IDisposable
{
    private readonly Random random = new(seed);
    private readonly List<GuardedMemory> memories = [];

    /// <summary>Uniform in [-1, 1).</summary>
    public Numbers Draw(int count) => Of([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)]);

    public Numbers Of(float[] values)
    {
        var memory = GuardedMemory.OfFloats(values);
        memories.Add(memory);
        return new Numbers(memory, [.. values.Select(value => (double)value)]);
    }

    public void Dispose() => memories.ForEach(memory => memory.Dispose());
}
