using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Generation;

public sealed class CompletionScorerTests
{
    [Fact]
    public void The_loss_is_the_logarithm_of_the_tokens_share()
    {
        // e^0 + e^ln2 + e^ln5 = 8
        float[] logits = [0, MathF.Log(2), MathF.Log(5)];
        var likelihood = new LogLikelihood(3);
        Assert.Equal(Math.Log(8), likelihood.Nll(logits, 0), 1e-6);
        Assert.Equal(Math.Log(8.0 / 5), likelihood.Nll(logits, 2), 1e-6);
    }

    [Fact]
    public void Huge_logits_do_not_overflow() => Assert.Equal(1000, new LogLikelihood(2).Nll([2000, 1000], 1), 1e-6);

    [Fact]
    public void Each_token_is_judged_after_the_true_ones_before_it()
    {
        using var model = Model.Load(GgufFile.FromBytes(new TinyModel().ToArray(), "tiny.gguf"));
        using var sequence = model.CreateSequence();
        int[] prompt = [3, 1, 4], completion = [1, 5, 9, 2];
        var expected = Scoring.Of(sequence, [.. prompt, .. completion]).Nll[(prompt.Length - 1)..].Sum();

        var score = new CompletionScorer(sequence).Score(prompt, completion);
        Assert.Equal(expected, score.NllSum, 1e-5);
        Assert.False(score.IsExact);

        // What greedy decoding writes is an exact match of itself.
        sequence.Reset();
        var greedy = new List<int> { Scoring.IndexOfMax(sequence.Prefill(prompt)) };
        while (greedy.Count < 4) greedy.Add(Scoring.IndexOfMax(sequence.Decode(greedy[^1])));
        Assert.True(new CompletionScorer(sequence).Score(prompt, [.. greedy]).IsExact);
    }
}
