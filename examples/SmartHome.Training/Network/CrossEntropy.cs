using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>What a batch cost, token by token.</summary>
/// <param name="Nll">For each counted token −ln p(token), in nats.</param>
/// <param name="Right">For each counted token whether it has the largest logit.</param>
internal sealed record BatchLoss(float[] Nll, bool[] Right)
{
    public double MeanNll => Nll.Length == 0 ? 0 : Nll.Average();
}

/// <summary>NLL of the wanted tokens, and in place of the logits its gradient.</summary>
internal static unsafe class CrossEntropy
{
    /// <summary>logits [rows][n_vocab] become d(Σ weight · NLL / Σ weight) / d logits = (softmax − onehot) · weight / Σ weight.</summary>
    public static BatchLoss ForwardBackward(float* logits, int nVocab, IReadOnlyList<int> targets, IReadOnlyList<float> weights)
    {
        var loss = new BatchLoss(new float[targets.Count], new bool[targets.Count]);
        var total = weights.Sum();
        for (var t = 0; t < targets.Count; t++)
        {
            var row = new Span<float>(logits + (long)t * nVocab, nVocab);
            loss.Right[t] = TensorPrimitives.IndexOfMax<float>(row) == targets[t];
            TensorPrimitives.SoftMax(row, row);
            loss.Nll[t] = -MathF.Log(Math.Max(row[targets[t]], 1e-30f));
            row[targets[t]] -= 1;
            TensorPrimitives.Multiply(row, weights[t] / total, row);
        }

        return loss;
    }
}
