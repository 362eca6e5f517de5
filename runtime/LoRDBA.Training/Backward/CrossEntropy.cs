using System.Numerics.Tensors;

namespace LoRDBA.Training.Backward;

/// <summary>
/// The loss: L = Σ_t w_t NLL_t / W, NLL_t = −ln softmax(logits_t)[target_t]. R rows of logits, those whose next token counts.
/// </summary>
/// <remarks>
/// Forward and backward are one pass, in place: the gradient is the softmax but for one element of each row, and [R][n_vocab] is the
/// largest matrix of a training step.
/// </remarks>
public static class CrossEntropy
{
    // Beyond it sums of powers, or the powers themselves, near the ends of float32's range.
    private const float Far = 64;

    /// <summary>Writes every row's NLL, and the gradient dL/dlogits = (softmax − onehot) · w / W over the logits.</summary>
    /// <param name="logits">[R][n_vocab], overwritten by the gradient.</param>
    /// <param name="targets">[R]: the token that comes next.</param>
    /// <param name="weights">[R]: how much it counts.</param>
    /// <param name="totalWeight">W, what the loss is divided by: the sum of the weights of all parts, where a step runs in parts.</param>
    /// <param name="nll">[R], in nats, 69.08 (a probability of 1e-30) at most.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is no token.</exception>
    public static void ForwardBackward(
        Span<float> logits, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights, float totalWeight, Span<float> nll)
    {
        var nVocab = targets.Length == 0 ? 0 : logits.Length / targets.Length;
        Lengths.Require(logits.Length, targets.Length, nVocab, nameof(logits));
        Lengths.Require(weights.Length, 1, targets.Length, nameof(weights));
        Lengths.Require(nll.Length, 1, targets.Length, nameof(nll));
        for (var t = 0; t < targets.Length; t++)
        {
            var row = logits.Slice(t * nVocab, nVocab);
            var target = targets[t];
            if ((uint)target >= (uint)nVocab)
                throw new ArgumentOutOfRangeException(nameof(targets), target, $"The vocabulary has {nVocab} tokens.");
            SoftMax(row);
            nll[t] = -MathF.Log(Math.Max(row[target], 1e-30f));
            row[target] -= 1;
            TensorPrimitives.Multiply(row, weights[t] / totalWeight, row);
        }
    }

    // TensorPrimitives.SoftMax takes the powers of the logits as they are: e^89 is infinite.
    private static void SoftMax(Span<float> row)
    {
        var largest = TensorPrimitives.Max<float>(row);
        if (Math.Abs(largest) > Far) TensorPrimitives.Subtract(row, largest, row);
        TensorPrimitives.SoftMax(row, row);
    }
}
