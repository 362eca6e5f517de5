using System.Numerics.Tensors;
using LoRDBA.Runtime.Inference;

namespace LoRDBA.Runtime.Generation;

/// <summary>How well a model knows a completion.</summary>
/// <param name="NllSum">Nats lost on all of its tokens.</param>
/// <param name="IsExact">Whether each of them was the best one, given those before: greedy decoding gives exactly this completion.</param>
public readonly record struct CompletionScore(double NllSum, bool IsExact);

/// <summary>Scores completions, teacher forced: each token is judged after the true ones before it.</summary>
/// <param name="sequence">Its context is used up and reset; the adapter that acts there is what is scored.</param>
public sealed class CompletionScorer(Sequence sequence)
{
    private readonly LogLikelihood likelihood = new(sequence.Model.Config.NVocab);

    /// <summary>Scores one completion in a fresh context.</summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="completion">Token ids, at least one.</param>
    /// <param name="cancellation">Looked at after every layer of every step.</param>
    /// <exception cref="ContextFullException">Prompt and completion do not fit into the context.</exception>
    /// <exception cref="EngineException">There is no token, or one is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CompletionScore Score(int[] prompt, int[] completion, CancellationToken cancellation = default)
    {
        var (nllSum, isExact) = (0.0, true);
        void Judge(ReadOnlySpan<float> logits, int token)
        {
            nllSum += likelihood.Nll(logits, token);
            isExact &= TensorPrimitives.IndexOfMax(logits) == token;
        }

        sequence.Reset();
        Judge(sequence.Prefill(prompt, cancellation), completion[0]);
        if (completion.Length > 1) sequence.PrefillAll(completion.AsSpan(..^1), (index, logits) => Judge(logits, completion[index + 1]), cancellation);
        return new CompletionScore(nllSum, isExact);
    }
}
