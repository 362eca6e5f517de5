using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed unsafe class RopeTests
{
    /// <summary>Frequencies 1 and 0.1: at position 2 the pairs turn by 2 and by 0.2, and element 5 lies beyond rope_dim.
    /// cos 2 = -0.416147, sin 2 = 0.909297, cos 0.2 = 0.980067, sin 0.2 = 0.198669.</summary>
    [Theory]
    [InlineData(
        RopePairs.Neighbours,
        new[] { -0.416147f, 0.909297f, -0.198669f, 0.980067f, 7 },
        new[] { -0.416147f, -0.909297f, 0.198669f, 0.980067f, 7 })]
    [InlineData(
        RopePairs.Halves,
        new[] { -0.416147f, -0.198669f, 0.909297f, 0.980067f, 7 },
        new[] { -0.416147f, 0.198669f, -0.909297f, 0.980067f, 7 })]
    public void A_case_by_hand(RopePairs pairs, float[] forward, float[] backward)
    {
        var rope = new Rope([1, 0.1], positions: 3, pairs);
        float[] there = [1, 0, 0, 1, 7], back = [1, 0, 0, 1, 7];
        rope.Forward(there, [2], headDim: 5);
        rope.Backward(back, [2], headDim: 5);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(forward[i], there[i], 1e-6f);
            Assert.Equal(backward[i], back[i], 1e-6f);
        }
    }

    /// <summary>10000^0 = 1, 10000^(-1/2) = 0.01.</summary>
    [Fact]
    public void Frequencies_fall_from_one_to_nearly_one_over_the_base() =>
        Assert.Equal([1, 0.01], Rope.Frequencies(ropeDim: 4, frequencyBase: 10000));

    /// <summary>In place: what comes in as the gradient by y goes out as the gradient by x.</summary>
    [Theory]
    [InlineData(RopePairs.Neighbours)]
    [InlineData(RopePairs.Halves)]
    public void Backward_makes_the_slopes(RopePairs pairs) =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[0, 3], Gen.Int).Sample((tokens, heads, half, rest, seed) =>
        {
            var (headDim, frequencies) = (2 * half + rest, Rope.Frequencies(2 * half, 100));
            int[] positions = [.. Enumerable.Range(0, tokens).Select(t => (3 * t + 1) % 13)];
            using var numbers = new NumberSet(seed);
            var length = tokens * heads * headDim;
            Numbers x = numbers.Draw(length), d = numbers.Draw(length), original = numbers.Of(x.Floats.ToArray());
            var rope = new Rope(frequencies, positions: 13, pairs);

            rope.Forward(x.Floats, positions, headDim);
            rope.Backward(d.Floats, positions, headDim);

            x.AssertNear(Definition());
            var above = d.Doubles.ToArray();
            Array.Clear(d.Doubles);                 // nothing is added to here
            d.AssertGained(original, () => Definition().Zip(above, (a, b) => a * b).Sum());

            double[] Definition()
            {
                double[] before = original.Doubles, y = [.. before];
                for (var t = 0; t < tokens; t++)
                {
                    for (var head = 0; head < heads; head++)
                    {
                        for (var i = 0; i < half; i++)
                        {
                            var start = (t * heads + head) * headDim;
                            var (a, b) = pairs == RopePairs.Neighbours ? (start + 2 * i, start + 2 * i + 1) : (start + i, start + half + i);
                            var (sin, cos) = Math.SinCos(positions[t] * frequencies[i]);
                            (y[a], y[b]) = (before[a] * cos - before[b] * sin, before[a] * sin + before[b] * cos);
                        }
                    }
                }

                return y;
            }
        }, iter: 50);

    [Theory]
    [InlineData(RopePairs.Neighbours, Runtime.Kernels.RopePairs.Neighbours)]
    [InlineData(RopePairs.Halves, Runtime.Kernels.RopePairs.Halves)]
    internal void Bits_are_those_of_the_runtime(RopePairs pairs, Runtime.Kernels.RopePairs runtimePairs)
    {
        var rotation = stackalloc float[4 * 20];
        for (var half = 1; half <= 20; half++)
        {
            var frequencies = Rope.Frequencies(2 * half, 10000);
            using var numbers = new NumberSet(half);
            var head = numbers.Draw(2 * half);
            var expected = head.Floats.ToArray();
            fixed (float* x = expected)
            {
                Runtime.Kernels.Rope.Angles(777, frequencies, magnitude: 1, runtimePairs, rotation);
                Runtime.Kernels.Rope.Forward(x, rotation, 2 * half, runtimePairs);
            }

            new Rope(frequencies, positions: 778, pairs).Forward(head.Floats, [777], 2 * half);
            Assert.Equal(expected, head.Floats.ToArray());
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var rope = new Rope([1, 0.1], positions: 3, RopePairs.Halves);
        Assert.Throws<ArgumentException>("x", () => rope.Forward(new float[6], [0], headDim: 4));
        Assert.Throws<ArgumentException>("x", () => rope.Forward(new float[12], [0, 1], headDim: 4));
        Assert.Throws<ArgumentException>("x", () => rope.Forward(new float[4], [], headDim: 4));
        Assert.Throws<ArgumentOutOfRangeException>("positions", () => rope.Forward(new float[4], [3], headDim: 4));
        Assert.Throws<ArgumentOutOfRangeException>("positions", () => rope.Backward(new float[4], [-1], headDim: 4));
        Assert.Throws<ArgumentOutOfRangeException>("headDim", () => rope.Forward(new float[3], [0], headDim: 3));
        Assert.Throws<ArgumentException>("ropeDim", () => Rope.Frequencies(3, 10000));
    }
}
