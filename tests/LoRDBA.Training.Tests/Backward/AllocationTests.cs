using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tests.Backward;

/// <summary>All memory is the caller's: no operation allocates a managed byte, forward, backward or in the optimizer.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Operations_and_optimizer_allocate_nothing()
    {
        const int tokens = 9, n = 24;
        var shape = new AttentionShape(4, 2, 6);
        float[] x = new float[tokens * n], y = new float[tokens * n], dx = new float[tokens * n], dy = new float[tokens * n];
        float[] k = new float[tokens * 12], dk = new float[tokens * 12], softmax = new float[2 * 4 * tokens], s = new float[tokens];
        float[] weight = new float[n * n], dweight = new float[n * n], gain = new float[n], dgain = new float[n], scratch = new float[1000];
        float[] z = new float[tokens * 3], nll = new float[tokens], counted = [.. Enumerable.Repeat(1f, tokens)];
        int[] positions = [.. Enumerable.Range(0, tokens)];
        var branch = SignBranch.FromScratch("w", 3, n, n, new Random(1));
        var rope = new Rope(Rope.Frequencies(6, 100), tokens, RopePairs.Halves);
        var parameters = branch.Parameters;
        var adam = new Adam(parameters, weightDecay: 0);

        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            RmsNorm.Forward(x, gain, 1e-5f, y, s);
            RmsNorm.Backward(x, gain, s, dy, dx, dgain, scratch);
            SwiGlu.Forward(x, dy, y);
            SwiGlu.Backward(x, dy, y, dx, dy);
            rope.Forward(x, positions, 6);
            rope.Backward(x, positions, 6);
            Attention.Forward(shape, x, k, k, y, softmax, scratch);
            Attention.Backward(shape, x, k, k, softmax, dy, dx, dk, dk, scratch);
            Linear.Forward(x, weight, n, y);
            Linear.BackwardInput(weight, dy, n, dx);
            Linear.BackwardWeight(x, dy, n, dweight);
            branch.Forward(x, z, y, scratch);
            branch.Backward(x, z, dy, dx, scratch);
            CrossEntropy.ForwardBackward(y, positions, counted, tokens, nll);
            GradientClip.Apply(parameters, 1);
            adam.Step(1e-3f);
        }
    }
}
