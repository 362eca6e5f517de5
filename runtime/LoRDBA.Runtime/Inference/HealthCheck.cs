using System.Numerics.Tensors;
using LoRDBA.Runtime.Adapters;

namespace LoRDBA.Runtime.Inference;

/// <summary>A prompt whose answer is known.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="Answer">The token ids that greedy decoding has to give; none if any numbers will do.</param>
public sealed record GoldenPrompt(IReadOnlyList<int> Prompt, IReadOnlyList<int> Answer);

/// <summary>
/// Whether an adapter does its work: it answers golden prompts, within a time, and every logit is a number. An adapter store asks it before
/// an adapter acts (<see cref="Adapters.Store.AdapterStore.Activate"/>).
/// </summary>
/// <param name="engine">What runs the base.</param>
/// <param name="prompts">The prompts, at least one.</param>
/// <param name="limit">The time for all of them.</param>
/// <param name="clock">What measures it; null for the system's.</param>
/// <exception cref="ArgumentException">There is no prompt.</exception>
public sealed class HealthCheck(Engine engine, IReadOnlyList<GoldenPrompt> prompts, TimeSpan limit, TimeProvider? clock = null)
{
    private readonly IReadOnlyList<GoldenPrompt> prompts = prompts.Count > 0 ? prompts : throw new ArgumentException("Without a prompt nothing is checked.", nameof(prompts));

    /// <summary>Runs the prompts with an adapter; what is wrong, in words, or null.</summary>
    /// <param name="adapter">An adapter of the engine's model.</param>
    /// <param name="cancellation">Looked at after every layer.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ContextFullException">A prompt and its answer do not fit into the model's context.</exception>
    /// <exception cref="EngineException">A prompt is empty, a token is not in the vocabulary, or the adapter is another model's.</exception>
    public string? FindFault(Adapter adapter, CancellationToken cancellation = default)
    {
        using var late = new CancellationTokenSource(limit, clock ?? TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var length = prompts.Max(prompt => prompt.Prompt.Count + prompt.Answer.Count);
        using var sequence = engine.CreateSequence(new() { ContextLength = Math.Clamp(length, 1, engine.Model.Config.ContextLength) });
        sequence.Use(adapter);
        try
        {
            for (var i = 0; i < prompts.Count; i++)
                if (Answer(sequence, prompts[i], stop.Token) is { } fault) return $"golden prompt {i + 1}: {fault}";
            stop.Token.ThrowIfCancellationRequested();
            return null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return $"the golden prompts took longer than {limit.TotalSeconds:0.###} s.";
        }
    }

    /// <summary>Teacher forced: if the best token is the answer's at every place, greedy decoding gives the answer.</summary>
    private static string? Answer(Sequence sequence, GoldenPrompt golden, CancellationToken cancellation)
    {
        string? fault = null;
        sequence.Reset();
        sequence.PrefillAll([.. golden.Prompt, .. golden.Answer], (i, logits) =>
        {
            if (fault is not null) return;
            var place = i + 1 - golden.Prompt.Count;
            if (!TensorPrimitives.IsFiniteAll(logits)) fault = $"after token {i + 1} a logit is no finite number.";
            else if (place >= 0 && place < golden.Answer.Count && TensorPrimitives.IndexOfMax(logits) is var best && best != golden.Answer[place])
                fault = $"token {place + 1} of the answer is {best} instead of {golden.Answer[place]}.";
        }, cancellation);
        return fault;
    }
}
