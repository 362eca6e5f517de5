using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Optimizers;

/// <summary>Shortens gradients that are too long (arXiv 1211.5063, algorithm 1).</summary>
public static class GradientClip
{
    /// <summary>Scales all gradients together so that their common norm is <paramref name="maxNorm"/> at most.</summary>
    /// <param name="parameters">Every parameter that a step moves; a frozen one counts nothing.</param>
    /// <param name="maxNorm">In units of the loss per unit of the parameters; 1 is usual.</param>
    /// <returns>The norm as it was.</returns>
    public static double Apply(IReadOnlyList<Parameter> parameters, float maxNorm)
    {
        var squares = 0.0;
        // By index: walking over an interface allocates.
        for (var i = 0; i < parameters.Count; i++) squares += TensorPrimitives.SumOfSquares<float>(parameters[i].Gradient);
        var norm = Math.Sqrt(squares);
        var factor = (float)Math.Min(1, maxNorm / (norm + 1e-12));
        for (var i = 0; i < parameters.Count; i++) TensorPrimitives.Multiply(parameters[i].Gradient, factor, parameters[i].Gradient);
        return norm;
    }
}
