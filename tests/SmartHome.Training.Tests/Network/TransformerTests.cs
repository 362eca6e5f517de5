using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Tests.Network;

/// <summary>The backward passes against central differences of the loss along random directions.</summary>
public sealed class TransformerTests
{
    private const float Step = 1e-3f;

    // Float32 losses near 3.5 carry 2e-7 each; divided by 2e-3 that is 1e-4, and curvature adds to it.
    private const double Tolerance = 2e-3;

    private static readonly NetworkShape Shape = new() { NVocab = 64, NEmbd = 32, NLayer = 2, NHead = 2, NHeadKv = 1, HeadDim = 16, NFf = 64, ContextLength = 32 };

    [Fact]
    public void The_gradient_by_every_weight_is_the_slope_of_the_loss()
    {
        var network = new Transformer(Shape, 64, new Random(42));
        foreach (var parameter in network.Parameters) CheckSlope(network, parameter);
    }

    [Fact]
    public void The_gradient_by_the_scales_of_a_branch_is_the_slope_of_the_loss()
    {
        var network = new Transformer(Shape, 64, new Random(42));
        network.AttachBranches(rank: 8, new Random(43));
        foreach (var linear in network.Linears) linear.Branch!.ScaleOut.FillNormal(new Random(44), 0.1f);

        Assert.All(network.Parameters, parameter => Assert.True(parameter.IsFrozen));
        foreach (var linear in network.Linears)
        {
            CheckSlope(network, linear.Branch!.M);
            CheckSlope(network, linear.Branch.ScaleOut);
        }
    }

    [Fact]
    public void A_new_branch_changes_nothing()
    {
        var network = new Transformer(Shape, 64, new Random(42));
        var alone = network.Forward(NewBatch()).Nll;
        network.AttachBranches(rank: 8, new Random(43));
        Assert.Equal(alone, network.Forward(NewBatch()).Nll);
    }

    [Fact]
    public void Sequences_of_a_batch_do_not_see_each_other()
    {
        var network = new Transformer(Shape, 64, new Random(42));
        var together = network.Forward(NewBatch()).Nll;
        var apart = new Batch();
        var (tokens, weights) = NewSequence(seed: 8, length: 15);
        apart.Add(tokens, weights);
        Assert.Equal(network.Forward(apart).Nll, together[^14..]);
    }

    private static void CheckSlope(Transformer network, Parameter parameter)
    {
        foreach (var each in network.Parameters.Concat(network.Trained)) each.Gradient.Clear();
        network.Forward(NewBatch());
        network.Backward(NewBatch());

        var direction = new Parameter("direction", parameter.Rows, parameter.Columns);
        direction.FillNormal(new Random(45), 1);
        var slope = 0.0;
        for (var i = 0; i < direction.Value.Length; i++) slope += (double)direction.Value[i] * parameter.Gradient[i];

        var original = parameter.Value.ToArray();
        var measured = (LossAt(Step) - LossAt(-Step)) / (2 * Step);
        original.CopyTo(parameter.Value);
        Assert.Equal(measured, slope, Tolerance * Math.Max(1, Math.Abs(measured)));

        double LossAt(float distance)
        {
            for (var i = 0; i < original.Length; i++) parameter.Value[i] = original[i] + distance * direction.Value[i];
            return network.Forward(NewBatch()).MeanNll;
        }
    }

    private static Batch NewBatch()
    {
        var batch = new Batch();
        foreach (var (seed, length) in new[] { (7, 20), (8, 15) })
        {
            var (tokens, weights) = NewSequence(seed, length);
            batch.Add(tokens, weights);
        }

        return batch;
    }

    private static (int[] Tokens, float[] Weights) NewSequence(int seed, int length)
    {
        var random = new Random(seed);
        return ([.. Enumerable.Range(0, length).Select(_ => random.Next(Shape.NVocab))], [.. Enumerable.Repeat(1f, length)]);
    }
}
