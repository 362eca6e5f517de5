using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class AttentionTests
{
    private const float Tolerance = 1e-6f;

    /// <summary>
    /// One head of one number. Row 0 sees itself only. Row 1: S = (0, ln 3), so the powers are 1/3 and 1, z = 4/3, P = (1/4, 3/4).
    /// </summary>
    [Fact]
    public void A_case_by_hand()
    {
        var shape = new AttentionShape(1, 1, 1);
        float[] q = [1, 1], k = [0, MathF.Log(3)], v = [2, 6], o = [9, 9], softmax = [9, 9, 9, 9];
        Attention.Forward(shape, q, k, v, o, softmax, new float[2]);
        AssertNear([2, 5], o);                              // 2; 2/4 + 6 · 3/4
        AssertNear([0, 1, MathF.Log(3), 4f / 3], softmax);

        // dy = (1, 1). Row 1: dP = (2, 6), Σ P dP = 5, dS = (1/4 · (2 - 5), 3/4 · (6 - 5)) = (-3/4, 3/4). Row 0: dS = 2 - 2 = 0.
        float[] dq = [0, 0], dk = [0, 0], dv = [0, 0];
        Attention.Backward(shape, q, k, v, softmax, [1, 1], dq, dk, dv, new float[4]);
        AssertNear([0, 0.75f * MathF.Log(3)], dq);
        AssertNear([-0.75f, 0.75f], dk);
        AssertNear([1.25f, 0.75f], dv);                     // 1 + 1/4; 3/4

        static void AssertNear(float[] expected, float[] actual)
        {
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }

    [Fact]
    public void Gradients_are_the_slopes_added_to_what_was_there() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 19], Gen.Int).Sample((tokens, nHeadKv, group, headDim, seed) =>
        {
            var shape = new AttentionShape(nHeadKv * group, nHeadKv, headDim);
            var (queries, keys) = (tokens * shape.QueryLength, tokens * shape.KeyLength);
            using var numbers = new NumberSet(seed);
            Numbers q = numbers.Draw(queries), k = numbers.Draw(keys), v = numbers.Draw(keys), above = numbers.Draw(queries);
            Numbers o = numbers.Draw(queries), dq = numbers.Draw(queries), dk = numbers.Draw(keys), dv = numbers.Draw(keys);
            var (softmax, scratch) = (numbers.Draw(2 * shape.NHead * tokens), numbers.Draw(2 * tokens));

            Attention.Forward(shape, q.Floats, k.Floats, v.Floats, o.Floats, softmax.Floats, scratch.Floats[tokens..]);
            Attention.Backward(
                shape, q.Floats, k.Floats, v.Floats, softmax.Floats, above.Floats, dq.Floats, dk.Floats, dv.Floats, scratch.Floats);

            o.AssertNear(Definition());
            dq.AssertGained(q, Loss);
            dk.AssertGained(k, Loss);
            dv.AssertGained(v, Loss);

            double Loss() => Definition().Zip(above.Doubles, (a, b) => a * b).Sum();
            double[] Definition() => [.. from i in Enumerable.Range(0, tokens)
                                         from head in Enumerable.Range(0, shape.NHead)
                                         from e in Row(i, head)
                                         select e];
            double[] Row(int i, int head)
            {
                var query = q.Doubles.AsSpan(i * shape.QueryLength + head * headDim, headDim).ToArray();
                double[] powers = [.. Enumerable.Range(0, i + 1).Select(j => Math.Exp(Score(j)))];
                return [.. Enumerable.Range(0, headDim).Select(e => powers.Select((p, j) => p / powers.Sum() * Key(v, j)[e]).Sum())];

                double Score(int j) => Key(k, j).Zip(query, (a, b) => a * b).Sum() / Math.Sqrt(headDim);
                double[] Key(Numbers of, int j) => of.Doubles.AsSpan(j * shape.KeyLength + head / group * headDim, headDim).ToArray();
            }
        }, iter: 30);

    /// <summary>Scores of 90 and more, whose powers float32 cannot hold.</summary>
    [Fact]
    public void Large_scores_stay_finite()
    {
        float[] q = [100, 100], k = [1, 2], v = [3, 5], o = [0, 0], softmax = new float[4], d = [0, 0];
        Attention.Forward(new(1, 1, 1), q, k, v, o, softmax, new float[2]);
        Assert.Equal([3, 5], o);
        Attention.Backward(new(1, 1, 1), q, k, v, softmax, [1, 1], d, new float[2], new float[2], new float[4]);
        Assert.All(d, each => Assert.True(float.IsFinite(each)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var shape = new AttentionShape(2, 1, 3);
        float[] q = new float[12], k = new float[6], softmax = new float[8], wrong = new float[7], scratch = new float[4];
        Assert.Throws<ArgumentException>("q", () => Attention.Forward(shape, wrong, k, k, q, softmax, scratch));
        Assert.Throws<ArgumentException>("k", () => Attention.Forward(shape, q, wrong, k, q, softmax, scratch));
        Assert.Throws<ArgumentException>("v", () => Attention.Forward(shape, q, k, wrong, q, softmax, scratch));
        Assert.Throws<ArgumentException>("o", () => Attention.Forward(shape, q, k, k, wrong, softmax, scratch));
        Assert.Throws<ArgumentException>("softmax", () => Attention.Forward(shape, q, k, k, q, wrong, scratch));
        Assert.Throws<ArgumentException>("scratch", () => Attention.Forward(shape, q, k, k, q, softmax, new float[1]));
        Assert.Throws<ArgumentException>("dOut", () => Attention.Backward(shape, q, k, k, softmax, wrong, q, k, k, scratch));
        Assert.Throws<ArgumentException>("dq", () => Attention.Backward(shape, q, k, k, softmax, q, wrong, k, k, scratch));
        Assert.Throws<ArgumentException>("dk", () => Attention.Backward(shape, q, k, k, softmax, q, q, wrong, k, scratch));
        Assert.Throws<ArgumentException>("dv", () => Attention.Backward(shape, q, k, k, softmax, q, q, k, wrong, scratch));
        Assert.Throws<ArgumentException>("scratch", () => Attention.Backward(shape, q, k, k, softmax, q, q, k, k, new float[3]));
        Assert.Throws<ArgumentException>(() => Attention.Forward(new(3, 2, 2), q, k, k, q, softmax, scratch));
    }
}
