using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tests.Optimizers;

public sealed class CompactAdamTests
{
    [Fact]
    public void The_first_step_moves_by_the_rate_against_the_gradient_s_sign()
    {
        // m̂ = g and v̂ = g²: each number moves by the rate, whatever its gradient's size.
        var parameter = new Parameter("w", 1, 3);
        ((ReadOnlySpan<float>)[1e-3f, -5, 0]).CopyTo(parameter.Gradient);
        new CompactAdam([parameter]).Step(0.5f);
        Assert.Equal(-0.5f, parameter.Value[0], 2e-3f);
        Assert.Equal(0.5f, parameter.Value[1], 2e-3f);
        Assert.Equal(0, parameter.Value[2]);
    }

    [Fact]
    public void It_stays_near_Adam_with_moments_in_float32()
    {
        var random = new Random(4);
        Parameter eight = new("w", 3, 217), exact = new("w", 3, 217);
        var (compact, adam) = (new CompactAdam([eight]), new Adam([exact], weightDecay: 0));
        for (var step = 0; step < 60; step++)
        {
            // Gradients of very different sizes, each with a direction and noise.
            for (var i = 0; i < eight.Value.Length; i++)
                eight.Gradient[i] = exact.Gradient[i] = MathF.Pow(10, -(i % 4)) * (MathF.Sin(i) + (float)random.NextDouble() - 0.5f);
            compact.Step(0.01f);
            adam.Step(0.01f);
        }

        double dot = 0, lengths = 0, other = 0;
        for (var i = 0; i < eight.Value.Length; i++)
        {
            dot += (double)eight.Value[i] * exact.Value[i];
            lengths += Math.Pow(exact.Value[i], 2);
            other += Math.Pow(eight.Value[i], 2);
        }
        Assert.InRange(dot / Math.Sqrt(lengths * other), 0.99, 1.0001);
        Assert.InRange(Math.Sqrt(other / lengths), 0.9, 1.1);
    }

    [Fact]
    public void A_state_that_was_written_and_read_goes_on_to_the_same_bits()
    {
        var (first, second) = (new Parameter("w", 2, 300), new Parameter("w", 2, 300));
        CompactAdam one = new([first]), other = new([second]);
        first.FillNormal(new Random(1), 1);
        for (var i = 0; i < 5; i++) Step(one, first, i);
        using var memory = new MemoryStream();
        one.Transfer(new StateTransfer(bytes => memory.Write(bytes)));
        memory.Position = 0;
        other.Transfer(new StateTransfer(memory.ReadExactly));
        first.Value.CopyTo(second.Value);
        for (var i = 5; i < 9; i++)
        {
            Step(one, first, i);
            Step(other, second, i);
        }
        Assert.Equal(first.Value, second.Value);

        static void Step(CompactAdam adam, Parameter parameter, int seed)
        {
            var random = new Random(seed);
            foreach (ref var gradient in parameter.Gradient) gradient = (float)random.NextDouble() - 0.5f;
            adam.Step(0.1f);
        }
    }
}
