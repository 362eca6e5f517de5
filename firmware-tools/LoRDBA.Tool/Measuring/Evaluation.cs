using System.Numerics.Tensors;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Measuring;

/// <summary>What one line came to; also a line of <c>--per-line</c>.</summary>
/// <param name="Line">Its place among the lines that were measured, from 0.</param>
/// <param name="NllSum">Nats lost on the completion.</param>
/// <param name="Tokens">Tokens of the completion.</param>
/// <param name="Exact">Whether each of them was the best one, given those before: greedy decoding gives exactly this completion.</param>
internal sealed record LineResult(int Line, double NllSum, int Tokens, bool Exact);

/// <summary>Measures completions, teacher forced: each token is judged after the true ones before it.</summary>
/// <param name="session">Its context is used up and reset.</param>
internal sealed class Evaluation(Session session)
{
    private readonly LogLikelihood likelihood = new(session.Model.Config.NVocab);

    /// <summary>Measures one sample.</summary>
    public LineResult Measure(int line, EvalSample sample)
    {
        var (nllSum, isExact) = (0.0, true);
        void Judge(ReadOnlySpan<float> logits, int token)
        {
            nllSum += likelihood.Nll(logits, token);
            isExact &= TensorPrimitives.IndexOfMax(logits) == token;
        }

        session.Reset();
        Judge(session.Prefill(sample.Prompt), sample.Completion[0]);
        var rest = sample.Completion.AsSpan(1);
        if (!rest.IsEmpty) session.PrefillAll(sample.Completion.AsSpan(..^1), (index, logits) => Judge(logits, sample.Completion[index + 1]));
        return new LineResult(line, nllSum, sample.Completion.Length, isExact);
    }
}
