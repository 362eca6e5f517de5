using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// Trains on a fixed number of threads: each has a copy of the network and runs its own part of a step's sequences, then the
/// gradients are averaged into the first copy, which is moved and copied to the others. The number of parts does not depend
/// on the machine, so neither does the result.
/// </summary>
internal sealed class Shards
{
    public const int Count = 2;
    private readonly Transformer[] copies;

    /// <summary>Takes over <paramref name="network"/> as the first copy; <paramref name="another"/> makes one that looks like it.</summary>
    public Shards(Transformer network, Func<Transformer> another)
    {
        copies = [network, .. Enumerable.Range(1, Count - 1).Select(_ => another())];
        Publish(network.Parameters.Concat(network.Trained).ToList());
    }

    /// <summary>One step; <paramref name="draw"/> is called once for each part, in order, on this thread.</summary>
    public IReadOnlyList<BatchLoss> Step(Func<Batch> draw, Adam adam)
    {
        var batches = copies.Select(_ => draw()).ToArray();
        var losses = new BatchLoss[Count];
        Parallel.For(0, Count, i =>
        {
            losses[i] = copies[i].Forward(batches[i]);
            copies[i].Backward(batches[i]);
        });

        var trained = copies[0].Trained;
        for (var p = 0; p < trained.Count; p++)
        {
            var sum = trained[p].Gradient.Span;
            foreach (var copy in copies.Skip(1))
            {
                var part = copy.Trained[p].Gradient.Span;
                TensorPrimitives.Add(sum, part, sum);
                part.Clear();
            }

            TensorPrimitives.Divide(sum, Count, sum);
        }

        adam.Step();
        Publish(trained);
        return losses;
    }

    private void Publish(IReadOnlyList<Parameter> parameters)
    {
        Parallel.For(0, Count, i =>
        {
            var own = copies[i].Parameters.Concat(copies[i].Trained).DistinctBy(p => p.Name).ToDictionary(p => p.Name);
            foreach (var parameter in parameters)
                parameter.Value.Span.CopyTo(own[parameter.Name].Value.Span);
            copies[i].Refresh();
        });
    }
}
