using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class RmsNormTests
{
    private const float Tolerance = 1e-6f;

    /// <summary>x = (3, 4), gain = (1, 2): the mean of the squares is 12.5, s = 1 / √12.5 = 0.2828427.</summary>
    [Fact]
    public void A_case_by_hand()
    {
        float[] x = [3, 4], gain = [1, 2], y = [9, 9], s = [9];
        RmsNorm.Forward(x, gain, eps: 0, y, s);
        Assert.Equal(0.2828427f, s[0], Tolerance);
        Assert.Equal(0.8485281f, y[0], Tolerance);         // 3 s
        Assert.Equal(2.2627417f, y[1], Tolerance);         // 2 · 4 s

        // dy = (1, 1): u = gain, u · x = 11, s³ · 11 / 2 = 0.1244508
        float[] dx = [0, 0], dgain = [0, 0];
        RmsNorm.Backward(x, gain, s, [1, 1], dx, dgain, new float[2]);
        Assert.Equal(-0.0905097f, dx[0], Tolerance);       // 1 · 0.2828427 − 3 · 0.1244508
        Assert.Equal(0.0678823f, dx[1], Tolerance);        // 2 · 0.2828427 − 4 · 0.1244508
        Assert.Equal(0.8485281f, dgain[0], Tolerance);     // 3 s
        Assert.Equal(1.1313708f, dgain[1], Tolerance);     // 4 s
    }

    [Fact]
    public void Gradients_are_the_slopes_added_to_what_was_there() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 40], Gen.Int).Sample((tokens, n, seed) =>
        {
            const float eps = 0.1f;
            using var numbers = new NumberSet(seed);
            Numbers x = numbers.Draw(tokens * n), gain = numbers.Draw(n), dy = numbers.Draw(tokens * n);
            Numbers y = numbers.Draw(tokens * n), s = numbers.Draw(tokens), dx = numbers.Draw(tokens * n), dgain = numbers.Draw(n);

            RmsNorm.Forward(x.Floats, gain.Floats, eps, y.Floats, s.Floats);
            RmsNorm.Backward(x.Floats, gain.Floats, s.Floats, dy.Floats, dx.Floats, dgain.Floats, numbers.Draw(n).Floats);

            y.AssertNear(Definition());
            dx.AssertGained(x, Loss);
            dgain.AssertGained(gain, Loss);

            double Loss() => Definition().Zip(dy.Doubles, (a, b) => a * b).Sum();
            double[] Definition() => [.. x.Doubles.Chunk(n).SelectMany(row =>
            {
                var root = Math.Sqrt(row.Sum(v => v * v) / n + eps);
                return row.Select((v, i) => gain.Doubles[i] * v / root);
            })];
        }, iter: 50);

    [Fact]
    public void Bits_are_those_of_the_runtime_and_do_not_depend_on_how_tokens_are_dealt_out() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 200], Gen.Int).Sample((tokens, n, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers x = numbers.Draw(tokens * n), gain = numbers.Draw(n), dy = numbers.Draw(tokens * n);
            float[] y = new float[tokens * n], s = new float[tokens], dx = new float[tokens * n];
            float[] dgain = new float[n], scratch = new float[n];
            RmsNorm.Forward(x.Floats, gain.Floats, 1e-5f, y, s);
            RmsNorm.Backward(x.Floats, gain.Floats, s, dy.Floats, dx, dgain, scratch);

            float[] runtime = new float[n], one = new float[1], dxPart = new float[n], dgainParts = new float[n];
            for (var t = 0; t < tokens; t++)
            {
                var rows = (t * n)..((t + 1) * n);
                Runtime.Kernels.RmsNorm.Forward(x.Floats[rows], gain.Floats, 1e-5f, runtime);
                Assert.Equal(runtime, y[rows]);
                RmsNorm.Forward(x.Floats[rows], gain.Floats, 1e-5f, runtime, one);
                Array.Clear(dxPart);
                RmsNorm.Backward(x.Floats[rows], gain.Floats, one, dy.Floats[rows], dxPart, dgainParts, scratch);
                Assert.Equal(dx[rows], dxPart);
            }

            Assert.Equal(dgain, dgainParts);
        }, iter: 50);

    [Fact]
    public void A_frozen_gain_has_no_gradient_and_changes_nothing_else()
    {
        float[] x = [3, 4], gain = [1, 2], y = new float[2], s = new float[1], with = [1, 1], without = [1, 1];
        RmsNorm.Forward(x, gain, 0, y, s);
        RmsNorm.Backward(x, gain, s, [1, 1], with, new float[2], new float[2]);
        RmsNorm.Backward(x, gain, s, [1, 1], without, [], new float[2]);
        Assert.Equal(with, without);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused_by_name()
    {
        float[] gain = [1, 2], one = [1], two = [1, 2], three = [1, 2, 3];
        Assert.Throws<ArgumentException>("x", () => RmsNorm.Forward(three, gain, 0, two, one));
        Assert.Throws<ArgumentException>("y", () => RmsNorm.Forward(two, gain, 0, three, one));
        Assert.Throws<ArgumentException>("dy", () => RmsNorm.Backward(two, gain, one, three, two, two, two));
        Assert.Throws<ArgumentException>("dx", () => RmsNorm.Backward(two, gain, one, two, three, two, two));
        Assert.Throws<ArgumentException>("dgain", () => RmsNorm.Backward(two, gain, one, two, two, one, two));
        Assert.Throws<ArgumentException>("scratch", () => RmsNorm.Backward(two, gain, one, two, two, two, one));
    }
}
