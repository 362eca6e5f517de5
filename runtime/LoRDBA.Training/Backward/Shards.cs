using System.Numerics.Tensors;

namespace LoRDBA.Training.Backward;

/// <summary>
/// A training step on several threads: a fixed number of copies of a network each run their own part of the step's sequences, and their
/// gradients are averaged into the first copy in the order of the copies. The bits depend on the number of copies, but not on the threads.
/// </summary>
public sealed class Shards
{
    private readonly IReadOnlyList<IReadOnlyList<Parameter>> copies;
    private readonly ParallelOptions threads;

    /// <summary>Takes the copies as they are: <see cref="Publish"/> makes them equal.</summary>
    /// <param name="copies">What training moves in each copy, none of it frozen, in the same order and shapes; at least one copy.</param>
    /// <param name="maxThreads">How many threads run at once; −1 for as many as the machine has.</param>
    /// <exception cref="ArgumentException">There is no copy, or they differ in shape, or a parameter is frozen.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxThreads"/> is 0 or below −1.</exception>
    public Shards(IReadOnlyList<IReadOnlyList<Parameter>> copies, int maxThreads)
    {
        if (copies.Count == 0) throw new ArgumentException("At least one copy is needed.", nameof(copies));
        foreach (var copy in copies)
        {
            if (copy.Any(parameter => parameter.IsFrozen)) throw new ArgumentException("What is frozen cannot be trained.", nameof(copies));
            if (!copy.Select(ShapeOf).SequenceEqual(copies[0].Select(ShapeOf)))
                throw new ArgumentException("The copies differ in shape.", nameof(copies));
        }

        this.copies = copies;
        threads = new ParallelOptions { MaxDegreeOfParallelism = maxThreads };

        static (string, int, int) ShapeOf(Parameter parameter) => (parameter.Name, parameter.Rows, parameter.Columns);
    }

    /// <summary>Runs the copies, then averages their gradients into the first and clears the others.</summary>
    /// <param name="addGradients">Runs copy i forward and backward. It is called once for each i, on any thread.</param>
    /// <exception cref="AggregateException">What <paramref name="addGradients"/> threw; gradients are then undefined.</exception>
    public void Run(Action<int> addGradients)
    {
        Parallel.For(0, copies.Count, threads, addGradients);
        for (var p = 0; p < copies[0].Count; p++)
        {
            var sum = copies[0][p].Gradient;
            for (var i = 1; i < copies.Count; i++)
            {
                TensorPrimitives.Add(sum, copies[i][p].Gradient, sum);
                copies[i][p].Gradient.Clear();
            }

            TensorPrimitives.Divide(sum, copies.Count, sum);
        }
    }

    /// <summary>Copies the first copy's values to the others: once at the start, then after every move of the optimizer.</summary>
    public void Publish() => Parallel.For(1, copies.Count, threads, i =>
    {
        for (var p = 0; p < copies[0].Count; p++) copies[0][p].Value.CopyTo(copies[i][p].Value);
    });
}
