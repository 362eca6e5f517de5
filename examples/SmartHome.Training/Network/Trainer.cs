using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// Runs training steps over a fixed number of parts, each with a copy of the network and sequences of its own. The number of parts does not
/// depend on the machine, so neither does the result.
/// </summary>
internal sealed class Trainer
{
    /// <summary>Parts of a step.</summary>
    public const int Parts = 2;

    private const float MaxGradientNorm = 1;

    private readonly Transformer[] copies;
    private readonly Shards shards;
    private readonly Adam adam;
    private readonly CosineSchedule schedule;
    private int step;

    /// <summary>
    /// Takes over <paramref name="network"/> as the first copy; <paramref name="another"/> makes one with the same frozen weights.
    /// </summary>
    public Trainer(Transformer network, Func<Transformer> another, CosineSchedule schedule, float weightDecay)
    {
        copies = [network, .. Enumerable.Range(1, Parts - 1).Select(_ => another())];
        shards = new Shards([.. copies.Select(copy => copy.Trained)], maxThreads: -1);
        adam = new Adam(network.Trained, weightDecay);
        this.schedule = schedule;
        shards.Publish();
    }

    /// <summary>One step; <paramref name="draw"/> is called once for each part, in order, on this thread.</summary>
    public IReadOnlyList<BatchLoss> Step(Func<Batch> draw)
    {
        var batches = copies.Select(_ => draw()).ToArray();
        var losses = new BatchLoss[Parts];
        shards.Run(i =>
        {
            losses[i] = copies[i].Forward(batches[i]);
            copies[i].Backward(batches[i]);
        });

        var trained = copies[0].Trained;
        GradientClip.Apply(trained, MaxGradientNorm);
        adam.Step(schedule.RateAt(++step));
        foreach (var parameter in trained) parameter.Gradient.Clear();
        shards.Publish();
        return losses;
    }
}
