using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Optimizers;

/// <summary>
/// Adam (arXiv 1412.6980, algorithm 1) with decoupled weight decay on matrices (arXiv 1711.05101, algorithm 2). β₁ = 0.9, β₂ = 0.98,
/// ε = 1e-8. It keeps two numbers for each one that it moves.
/// </summary>
public sealed class Adam
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.98f;
    private const float Epsilon = 1e-8f;

    // What is moved at a time, so that intermediate values stay in the first-level cache.
    private const int Tile = 1024;

    private readonly IReadOnlyList<Parameter> parameters;
    private readonly float[][] firstMoments, secondMoments;
    private readonly float weightDecay;
    private int step;

    /// <summary>Moments of zero.</summary>
    /// <param name="parameters">What is moved, none of it frozen.</param>
    /// <param name="weightDecay">Times the rate, the share that a matrix loses in each step. Vectors (one row) lose nothing. 0 for none.</param>
    /// <exception cref="ArgumentException">A parameter is frozen.</exception>
    public Adam(IReadOnlyList<Parameter> parameters, float weightDecay)
    {
        if (parameters.Any(parameter => parameter.IsFrozen))
            throw new ArgumentException("What is frozen cannot be trained.", nameof(parameters));
        (this.parameters, this.weightDecay) = (parameters, weightDecay);
        (firstMoments, secondMoments) = (Zeros(parameters), Zeros(parameters));
    }

    /// <summary>Moves every parameter by its gradient, which stays as it is: clear it before the next pass.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    public void Step(float rate)
    {
        step++;
        var (bias1, bias2) = (1 - MathF.Pow(Beta1, step), 1 - MathF.Pow(Beta2, step));
        for (var i = 0; i < parameters.Count; i++)
        {
            Span<float> values = parameters[i].Value, gradients = parameters[i].Gradient;
            var kept = parameters[i].Rows == 1 ? 1 : 1 - rate * weightDecay;
            for (var start = 0; start < values.Length; start += Tile)
            {
                var n = Math.Min(Tile, values.Length - start);
                Span<float> first = firstMoments[i].AsSpan(start, n), second = secondMoments[i].AsSpan(start, n);
                Move(values.Slice(start, n), gradients.Slice(start, n), first, second, kept, -rate / bias1, 1 / bias2);
            }
        }
    }

    /// <summary>Reads or writes the whole state, for a checkpoint.</summary>
    internal void Transfer(StateTransfer transfer)
    {
        step = transfer.Number(step);
        for (var i = 0; i < firstMoments.Length; i++)
        {
            transfer.Array(firstMoments[i]);
            transfer.Array(secondMoments[i]);
        }
    }

    /// <summary>Bytes of the state.</summary>
    internal long ByteLength => firstMoments.Sum(moments => 2L * sizeof(float) * moments.Length);

    private static float[][] Zeros(IReadOnlyList<Parameter> parameters) =>
        [.. parameters.Select(parameter => new float[parameter.Value.Length])];

    // m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², value ← value · kept − rate · m̂ / (√v̂ + ε)
    private static void Move(
        Span<float> value, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, float kept, float factor1, float factor2)
    {
        Span<float> scratch = stackalloc float[Tile];
        scratch = scratch[..value.Length];
        TensorPrimitives.Multiply(first, Beta1, first);
        TensorPrimitives.MultiplyAdd(gradient, 1 - Beta1, first, first);
        TensorPrimitives.Multiply(gradient, gradient, scratch);
        TensorPrimitives.Multiply(second, Beta2, second);
        TensorPrimitives.MultiplyAdd(scratch, 1 - Beta2, second, second);

        TensorPrimitives.Multiply(second, factor2, scratch);
        TensorPrimitives.Sqrt(scratch, scratch);
        TensorPrimitives.Add(scratch, Epsilon, scratch);
        TensorPrimitives.Divide(first, scratch, scratch);
        TensorPrimitives.Multiply(value, kept, value);
        TensorPrimitives.MultiplyAdd(scratch, factor1, value, value);
    }
}
