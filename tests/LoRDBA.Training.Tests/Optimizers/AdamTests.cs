using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tests.Optimizers;

public sealed class AdamTests
{
    private const float Tolerance = 1e-6f;

    /// <summary>
    /// Step 1, g = 0.5: m = 0.05, v = 0.02 · 0.25 = 0.005; corrected 0.5 and 0.25; 1 − 0.1 · 0.5 / 0.5 = 0.9.
    /// Step 2, g = −0.5: m = 0.9 · 0.05 − 0.05 = −0.005, over 1 − 0.81 that is −0.0263158; v = 0.98 · 0.005 + 0.005 = 0.0099, over
    /// 1 − 0.9604 that is 0.25; 0.9 + 0.1 · 0.0263158 / 0.5 = 0.9052632.
    /// </summary>
    [Fact]
    public void Two_steps_by_hand_for_every_number()
    {
        // Longer than a tile of the loop, and no multiple of it.
        var parameter = new Parameter("p", 1, 2500);
        parameter.Value.Fill(1);
        var adam = new Adam([parameter], weightDecay: 0.5f);
        parameter.Gradient.Fill(0.5f);
        adam.Step(0.1f);
        Assert.All(parameter.Value.ToArray(), value => Assert.Equal(0.9f, value, Tolerance));
        parameter.Gradient.Fill(-0.5f);
        adam.Step(0.1f);
        Assert.All(parameter.Value.ToArray(), value => Assert.Equal(0.9052632f, value, Tolerance));
    }

    /// <summary>1 · (1 − 0.1 · 0.5) − 0.1 = 0.85 for a matrix; a vector keeps its values: 0.9, as above.</summary>
    [Fact]
    public void Weights_of_matrices_decay()
    {
        Parameter matrix = new("m", 2, 1), vector = new("v", 1, 2);
        foreach (var parameter in new[] { matrix, vector })
        {
            parameter.Value.Fill(1);
            parameter.Gradient.Fill(0.5f);
        }

        new Adam([matrix, vector], weightDecay: 0.5f).Step(0.1f);
        Assert.All(matrix.Value.ToArray(), value => Assert.Equal(0.85f, value, Tolerance));
        Assert.All(vector.Value.ToArray(), value => Assert.Equal(0.9f, value, Tolerance));
    }

    [Fact]
    public void The_gradient_stays_as_it_is()
    {
        var parameter = new Parameter("p", 1, 3);
        parameter.Gradient.Fill(0.5f);
        new Adam([parameter], weightDecay: 0).Step(0.1f);
        Assert.Equal([0.5f, 0.5f, 0.5f], parameter.Gradient);
    }

    [Fact]
    public void What_is_frozen_is_refused()
    {
        var parameter = new Parameter("p", 1, 3);
        parameter.Freeze();
        Assert.Throws<ArgumentException>("parameters", () => new Adam([parameter], weightDecay: 0));
    }
}
