using System.Numerics.Tensors;

namespace LoRDBA.Runtime.Generation;

/// <summary>The negative log-likelihood of a token, in nats: log sum exp(logits) - logits[token].</summary>
/// <param name="nVocab">Length of the logits.</param>
public sealed class LogLikelihood(int nVocab)
{
    private readonly float[] exponentials = new float[nVocab];

    /// <summary>The loss of <paramref name="token"/> under logits [n_vocab].</summary>
    public double Nll(ReadOnlySpan<float> logits, int token)
    {
        // Relative to the largest, so that nothing overflows.
        var largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, exponentials);
        TensorPrimitives.Exp<float>(exponentials, exponentials);
        var sum = 0.0;
        foreach (var exponential in exponentials) sum += exponential;
        return Math.Log(sum) + largest - logits[token];
    }
}
