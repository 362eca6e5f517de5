using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class CrossEntropyTests
{
    private static readonly Gen<float> Offsets = Gen.OneOf(0f, 63f, 65f, -65f, 200f, -200f);

    /// <summary>Logits (0, ln 3) are probabilities (1/4, 3/4). Weights 1 and 3, W = 4.</summary>
    [Fact]
    public void A_case_by_hand()
    {
        float[] logits = [0, MathF.Log(3), MathF.Log(3), 0], nll = [9, 9];
        CrossEntropy.ForwardBackward(logits, [1, 1], [1, 3], totalWeight: 4, nll);
        float[] expected = [0.0625f, -0.0625f, 0.5625f, -0.5625f];      // (1/4, 3/4 − 1) · 1/4; (3/4, 1/4 − 1) · 3/4
        for (var i = 0; i < 4; i++) Assert.Equal(expected[i], logits[i], 1e-6f);
        Assert.Equal(0.2876821f, nll[0], 1e-6f);                        // −ln 3/4
        Assert.Equal(1.3862944f, nll[1], 1e-6f);                        // −ln 1/4
    }

    /// <summary>Small logits, and such that their powers are beyond float32 on either side.</summary>
    [Fact]
    public void The_gradient_is_the_slope_of_the_loss() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 50], Offsets, Gen.Int).Sample((rows, nVocab, offset, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers drawn = numbers.Draw(rows * nVocab), weights = numbers.Draw(rows), nll = numbers.Draw(rows);
            var logits = numbers.Of([.. drawn.Floats.ToArray().Select(each => 3 * each + offset)]);
            int[] targets = [.. Enumerable.Range(0, rows).Select(t => (7 * t + seed % nVocab + nVocab) % nVocab)];
            const float total = 2.5f;

            CrossEntropy.ForwardBackward(logits.Floats, targets, weights.Floats, total, nll.Floats);

            nll.AssertNear([.. Enumerable.Range(0, rows).Select(Nll)]);
            var at = logits.Doubles.ToArray();
            Array.Clear(logits.Doubles);            // nothing is added to here: logits are overwritten
            logits.AssertGained(at, () => Enumerable.Range(0, rows).Sum(t => weights.Doubles[t] * NllOf(at, t)) / total);

            double Nll(int t) => NllOf(logits.Doubles, t);
            double NllOf(double[] values, int t) =>
                Math.Log(Enumerable.Range(0, nVocab).Sum(i => Math.Exp(values[t * nVocab + i]))) - values[t * nVocab + targets[t]];
        }, iter: 50);

    [Fact]
    public void Bits_do_not_depend_on_how_rows_are_dealt_out()
    {
        using var numbers = new NumberSet(1);
        const int nVocab = 77;
        float[] whole = numbers.Draw(3 * nVocab).Floats.ToArray(), parts = [.. whole], nll = new float[3], partsNll = new float[3];
        int[] targets = [5, 76, 0];
        float[] weights = [1, 0.2f, 1];
        CrossEntropy.ForwardBackward(whole, targets, weights, 2.2f, nll);
        for (var t = 0; t < 3; t++)
        {
            CrossEntropy.ForwardBackward(
                parts.AsSpan(t * nVocab, nVocab), targets.AsSpan(t, 1), weights.AsSpan(t, 1), 2.2f, partsNll.AsSpan(t, 1));
        }

        Assert.Equal(whole, parts);
        Assert.Equal(nll, partsNll);
    }

    [Fact]
    public void A_token_that_cannot_be_costs_no_more_than_the_floor()
    {
        float[] logits = [0, 500], nll = [0];
        CrossEntropy.ForwardBackward(logits, [0], [1], 1, nll);
        Assert.Equal(69.0776f, nll[0], 1e-4f);                          // −ln 1e-30
        Assert.Equal([-1, 1], logits);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        float[] logits = new float[6], one = [1], two = [1, 1];
        Assert.Throws<ArgumentException>("logits", () => CrossEntropy.ForwardBackward(new float[5], [0, 1], two, 1, two));
        Assert.Throws<ArgumentException>("logits", () => CrossEntropy.ForwardBackward(logits, [], [], 1, []));
        Assert.Throws<ArgumentException>("weights", () => CrossEntropy.ForwardBackward(logits, [0, 1], one, 1, two));
        Assert.Throws<ArgumentException>("nll", () => CrossEntropy.ForwardBackward(logits, [0, 1], two, 1, one));
        Assert.Throws<ArgumentOutOfRangeException>("targets", () => CrossEntropy.ForwardBackward(logits, [0, 3], two, 1, two));
        Assert.Throws<ArgumentOutOfRangeException>("targets", () => CrossEntropy.ForwardBackward(logits, [-1, 0], two, 1, two));
    }
}
