using LoRDBA.Runtime.Inference;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What a sequence says about a text, in the terms of the reference files.</summary>
internal sealed record Scoring(double[] Nll, int[] Argmax, float[] LastLogits)
{
    public double MeanNll => Nll.Length == 0 ? 0 : Nll.Average();

    public static Scoring Of(Sequence sequence, int[] ids)
    {
        var nll = new double[ids.Length - 1];
        var argmax = new int[ids.Length];
        float[] last = [];
        sequence.PrefillAll(ids, (i, logits) =>
        {
            argmax[i] = IndexOfMax(logits);
            if (i + 1 < ids.Length) nll[i] = NegativeLogLikelihood(logits, ids[i + 1]);
            else last = logits.ToArray();
        });
        return new Scoring(nll, argmax, last);
    }

    /// <summary>-log softmax(logits)[target], in double precision.</summary>
    public static double NegativeLogLikelihood(ReadOnlySpan<float> logits, int target)
    {
        double max = float.NegativeInfinity, sum = 0;
        foreach (var logit in logits) max = Math.Max(max, logit);
        foreach (var logit in logits) sum += Math.Exp(logit - max);
        return max + Math.Log(sum) - logits[target];
    }

    public static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
