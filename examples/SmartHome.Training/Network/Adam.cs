using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Adam (arXiv 1412.6980) with decoupled weight decay on matrices (arXiv 1711.05101), the gradient's norm clipped at 1, and a
/// cosine schedule after a linear warm-up.</summary>
internal sealed class Adam(IReadOnlyList<Parameter> parameters, int steps, float learningRate, float weightDecay)
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.98f;
    private const float FinalRate = 0.05f;
    private readonly int warmUp = Math.Max(1, steps / 50);
    private int step;

    /// <summary>Moves the parameters by their gradients and clears those.</summary>
    public void Step()
    {
        step++;
        var clip = (float)Math.Min(1, 1 / (GradientNorm() + 1e-12));
        var rate = learningRate * Schedule(step);
        var (bias1, bias2) = (1 - MathF.Pow(Beta1, step), 1 - MathF.Pow(Beta2, step));
        for (var i = 0; i < parameters.Count; i++)
            Move(parameters[i], clip, rate, bias1, bias2);
    }

    private float Schedule(int step)
    {
        if (step <= warmUp)
            return (float)step / warmUp;
        var progress = Math.Min(1, (float)(step - warmUp) / Math.Max(1, steps - warmUp));
        return FinalRate + (1 - FinalRate) * 0.5f * (1 + MathF.Cos(MathF.PI * progress));
    }

    private double GradientNorm()
    {
        var sum = 0.0;
        foreach (var parameter in parameters)
            sum += TensorPrimitives.SumOfSquares<float>(parameter.Gradient.Span);
        return Math.Sqrt(sum);
    }

    private void Move(Parameter parameter, float clip, float rate, float bias1, float bias2)
    {
        Span<float> value = parameter.Value.Span, gradient = parameter.Gradient.Span;
        Span<float> first = parameter.FirstMoment.Span, second = parameter.SecondMoment.Span;
        Span<float> scratch = new float[value.Length];
        TensorPrimitives.Multiply(gradient, clip, gradient);
        TensorPrimitives.Multiply(first, Beta1, first);
        TensorPrimitives.MultiplyAdd(gradient, 1 - Beta1, first, first);
        TensorPrimitives.Multiply(gradient, gradient, gradient);
        TensorPrimitives.Multiply(second, Beta2, second);
        TensorPrimitives.MultiplyAdd(gradient, 1 - Beta2, second, second);

        // value ← value · (1 − rate · decay) − rate · m̂ / (√v̂ + ε)
        TensorPrimitives.Multiply(second, 1 / bias2, scratch);
        TensorPrimitives.Sqrt(scratch, scratch);
        TensorPrimitives.Add(scratch, 1e-8f, scratch);
        TensorPrimitives.Divide(first, scratch, scratch);
        TensorPrimitives.Multiply(value, parameter.Rows == 1 ? 1 : 1 - rate * weightDecay, value);
        TensorPrimitives.MultiplyAdd(scratch, -rate / bias1, value, value);
        gradient.Clear();
    }
}
