using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Measuring;

/// <summary>How well a sequence's model and adapter know a file of completions.</summary>
/// <param name="Tokens">Completion tokens.</param>
/// <param name="Nll">Nats lost per completion token.</param>
/// <param name="ExactMatch">Share of the lines whose completion is exactly what greedy decoding gives.</param>
internal sealed record DataScore(long Tokens, double Nll, double ExactMatch)
{
    /// <summary>Scores all samples.</summary>
    /// <param name="sequence">Its context has to hold each of them (<see cref="ContextFor"/>).</param>
    /// <param name="samples">What is scored.</param>
    /// <param name="onLine">Told each line, and the NLL so far.</param>
    /// <param name="interrupted">Looked at after every layer.</param>
    public static DataScore Measure(Sequence sequence, IReadOnlyList<EvalSample> samples, Action<LineResult, double> onLine, CancellationToken interrupted)
    {
        var (nllSum, tokens, exact) = (0.0, 0L, 0);
        var scorer = new CompletionScorer(sequence);
        for (var i = 0; i < samples.Count; i++)
        {
            interrupted.ThrowIfCancellationRequested();
            var score = scorer.Score(samples[i].Prompt, samples[i].Completion, interrupted);
            var line = new LineResult(i, score.NllSum, samples[i].Completion.Length, score.IsExact);
            (nllSum, tokens, exact) = (nllSum + line.NllSum, tokens + line.Tokens, exact + (line.Exact ? 1 : 0));
            onLine(line, nllSum / tokens);
        }
        return new DataScore(tokens, nllSum / tokens, (double)exact / samples.Count);
    }

    /// <summary>The same with the lines shared out between sequences of one thread each, which is faster than many threads in one sequence: none waits for another.</summary>
    /// <param name="sequences">All with the same model and adapter.</param>
    /// <param name="samples">What is scored.</param>
    /// <param name="interrupted">Looked at after every layer.</param>
    public static DataScore Measure(IReadOnlyList<Sequence> sequences, IReadOnlyList<EvalSample> samples, CancellationToken interrupted)
    {
        var scores = new CompletionScore[samples.Count];
        var next = -1;
        Parallel.ForEach(sequences, new ParallelOptions { MaxDegreeOfParallelism = sequences.Count }, sequence =>
        {
            var scorer = new CompletionScorer(sequence);
            for (var i = Interlocked.Increment(ref next); i < samples.Count && !interrupted.IsCancellationRequested; i = Interlocked.Increment(ref next))
                scores[i] = scorer.Score(samples[i].Prompt, samples[i].Completion, interrupted);
        });
        interrupted.ThrowIfCancellationRequested();
        var tokens = samples.Sum(sample => (long)sample.Completion.Length);
        return new DataScore(tokens, scores.Sum(score => score.NllSum) / tokens, (double)scores.Count(score => score.IsExact) / samples.Count);
    }

    /// <summary>The most tokens that a sample of a model can have: the last one is only asked for, and needs no room.</summary>
    public static int MostTokens(Model model) => model.Config.ContextLength + 1;

    /// <summary>Tokens that a context has to hold for these samples.</summary>
    public static int ContextFor(IReadOnlyList<EvalSample> samples) => samples.Max(sample => sample.Prompt.Length + sample.Completion.Length - 1);
}
