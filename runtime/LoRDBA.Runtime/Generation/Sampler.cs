using System.Numerics.Tensors;

namespace LoRDBA.Runtime.Generation;

/// <summary>
/// Chooses tokens from logits, in the order in which llama.cpp does it by default:
/// <code>
/// logits -> repetition penalty -> [greedy: the best]
///                              -> top-k -> top-p -> min-p -> temperature -> draw
/// </code>
/// All three cuts keep a beginning of the tokens in descending order, so they are one walk. Nothing is allocated per token.
/// </summary>
public sealed class Sampler
{
    private readonly SamplerOptions options;
    private readonly Candidates? candidates;
    private readonly int nVocab;
    private readonly int[] window;
    private long accepted;
    private SplitMix random;

    /// <summary>Prepares for logits of a length.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="nVocab">Number of tokens to choose from.</param>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    public Sampler(SamplerOptions options, int nVocab)
    {
        options.Check();
        this.options = options;
        this.nVocab = nVocab;
        random = new SplitMix(options.Seed);
        window = new int[options.HasPenalty ? options.RepetitionWindow : 0];
        if (options.HasPenalty || !options.IsGreedy) candidates = new Candidates(nVocab);
    }

    /// <summary>Counts a token that was not sampled here, such as one of the prompt's, as used.</summary>
    public void Accept(int token)
    {
        // A token outside of the logits cannot be chosen, so it needs no penalty.
        if (window.Length == 0 || (uint)token >= (uint)nVocab) return;
        window[accepted % window.Length] = token;
        accepted++;
    }

    /// <summary>Chooses the next token, and counts it as used.</summary>
    /// <param name="logits">[n_vocab]</param>
    /// <exception cref="GenerationException">The best logit is not a finite number.</exception>
    public int Sample(ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, nVocab, nameof(logits));
        if (candidates is not null)
        {
            logits.CopyTo(candidates.Logits);
            foreach (var used in window.AsSpan(0, (int)Math.Min(accepted, window.Length))) candidates.Logits[used] = Penalize(logits[used]);
            logits = candidates.Logits;
        }

        var best = TensorPrimitives.IndexOfMax(logits);
        if (!float.IsFinite(logits[best]))
            throw new GenerationException(GenerationError.NonFiniteLogit, $"The best logit is {logits[best]}: the model, or the adapter on it, does not give numbers. Check the files with lordba inspect.");
        var token = options.IsGreedy ? best : Draw(candidates!, logits[best]);
        Accept(token);
        return token;
    }

    private float Penalize(float logit) => logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty;

    private int Draw(Candidates candidates, float best)
    {
        candidates.Start(best);
        var kept = Cut(candidates, best);
        var left = random.NextDouble() * Mass(candidates, kept, best, options.Temperature);
        for (var order = 0; order < kept - 1; order++)
        {
            var token = candidates[order];
            left -= Weight(candidates.Logits[token], best, options.Temperature);
            if (left < 0) return token;
        }
        return candidates[kept - 1];
    }

    /// <summary>How many of the best remain after the cuts: at least one.</summary>
    private int Cut(Candidates candidates, float best)
    {
        var limit = options.TopK == 0 ? nVocab : Math.Min(options.TopK, nVocab);
        if (options.TopP == 1 && options.MinP == 0) return limit;

        var missing = options.TopP == 1 ? double.PositiveInfinity : options.TopP * Mass(candidates, limit, best, 1);
        for (var order = 0; order < limit; order++)
        {
            var weight = Weight(candidates.Logits[candidates[order]], best, 1);
            if (weight < options.MinP) return order;
            missing -= weight;
            if (missing <= 0) return order + 1;
        }
        return limit;
    }

    /// <summary>A probability, relative to the best token's.</summary>
    private static float Weight(float logit, float best, float temperature) => MathF.Exp((logit - best) / temperature);

    /// <summary>The sum of the weights of the best <paramref name="count"/> tokens.</summary>
    private static double Mass(Candidates candidates, int count, float best, float temperature)
    {
        if (count == candidates.Logits.Length) return MassOfAll(candidates.Logits, best, temperature);
        var sum = 0.0;
        for (var order = 0; order < count; order++) sum += Weight(candidates.Logits[candidates[order]], best, temperature);
        return sum;
    }

    private static double MassOfAll(ReadOnlySpan<float> logits, float best, float temperature)
    {
        var sum = 0.0;
        Span<float> weights = stackalloc float[256];
        while (!logits.IsEmpty)
        {
            var part = weights[..Math.Min(weights.Length, logits.Length)];
            TensorPrimitives.Subtract(logits[..part.Length], best, part);
            TensorPrimitives.Divide(part, temperature, part);
            TensorPrimitives.Exp(part, part);
            sum += TensorPrimitives.Sum<float>(part);
            logits = logits[part.Length..];
        }
        return sum;
    }
}
