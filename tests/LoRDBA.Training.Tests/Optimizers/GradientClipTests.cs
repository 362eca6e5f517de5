using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tests.Optimizers;

public sealed class GradientClipTests
{
    /// <summary>√(3² + 4²) = 5, over two parameters.</summary>
    [Fact]
    public void Gradients_are_shortened_together()
    {
        var parameters = Of(3, 4);
        Assert.Equal(5, GradientClip.Apply(parameters, maxNorm: 2), 1e-6);
        Assert.Equal(1.2f, parameters[0].Gradient[0], 1e-6f);
        Assert.Equal(1.6f, parameters[1].Gradient[0], 1e-6f);
    }

    [Fact]
    public void Short_gradients_stay_to_the_bit()
    {
        var parameters = Of(0.3f, 0.4f);
        GradientClip.Apply(parameters, maxNorm: 1);
        Assert.Equal((0.3f, 0.4f), (parameters[0].Gradient[0], parameters[1].Gradient[0]));
    }

    [Fact]
    public void Gradients_of_zero_stay_zero()
    {
        var parameters = Of(0, 0);
        Assert.Equal(0, GradientClip.Apply(parameters, maxNorm: 1));
        Assert.Equal((0f, 0f), (parameters[0].Gradient[0], parameters[1].Gradient[0]));
    }

    private static Parameter[] Of(params float[] gradients) => [.. gradients.Select(gradient =>
    {
        var parameter = new Parameter("p", 1, 1);
        parameter.Gradient[0] = gradient;
        return parameter;
    })];
}
