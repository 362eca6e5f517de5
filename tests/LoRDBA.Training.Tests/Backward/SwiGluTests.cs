using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class SwiGluTests
{
    private const float Tolerance = 1e-6f;

    /// <summary>σ(0) = 1/2; σ(1) = 0.7310586.</summary>
    [Fact]
    public void A_case_by_hand()
    {
        float[] gate = [0, 1], up = [5, 2], y = [9, 9];
        SwiGlu.Forward(gate, up, y);
        Assert.Equal(0f, y[0]);
        Assert.Equal(1.4621172f, y[1], Tolerance);         // 1 · 0.7310586 · 2

        float[] dgate = [0, 0], dup = [0, 0];
        SwiGlu.Backward(gate, up, [1, 3], dgate, dup);
        Assert.Equal(2.5f, dgate[0], Tolerance);           // 1 · 5 · 1/2 · (1 + 0)
        Assert.Equal(5.5660231f, dgate[1], 5 * Tolerance); // 3 · 2 · 0.7310586 · (1 + 1 · 0.2689414)
        Assert.Equal(0f, dup[0]);
        Assert.Equal(2.1931758f, dup[1], Tolerance);       // 3 · 1 · 0.7310586
    }

    [Fact]
    public void Gradients_are_the_slopes_added_to_what_was_there() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 40], Gen.Int[1020, 1030], Gen.Const(2050)), Gen.Int).Sample((length, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers gate = numbers.Draw(length), up = numbers.Draw(length), dy = numbers.Draw(length);
            Numbers y = numbers.Draw(length), dgate = numbers.Draw(length), dup = numbers.Draw(length);

            SwiGlu.Forward(gate.Floats, up.Floats, y.Floats);
            SwiGlu.Backward(gate.Floats, up.Floats, dy.Floats, dgate.Floats, dup.Floats);

            y.AssertNear([.. Enumerable.Range(0, length).Select(Definition)]);
            // Element by element: all may be moved at once, and each looks at its own loss.
            dgate.AssertNear([.. Enumerable.Range(0, length).Select(i => dgate.Doubles[i] + Slope(gate.Doubles, i))]);
            dup.AssertNear([.. Enumerable.Range(0, length).Select(i => dup.Doubles[i] + Slope(up.Doubles, i))]);

            double Definition(int i) => gate.Doubles[i] / (1 + Math.Exp(-gate.Doubles[i])) * up.Doubles[i];
            double Slope(double[] at, int i)
            {
                const double step = 1e-5;
                var original = at[i];
                at[i] = original + step;
                var above = Definition(i);
                at[i] = original - step;
                var slope = (above - Definition(i)) / (2 * step);
                at[i] = original;
                return dy.Doubles[i] * slope;
            }
        }, iter: 50);

    [Fact]
    public void Bits_do_not_depend_on_where_an_element_lies() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int).Sample((length, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers gate = numbers.Draw(length), up = numbers.Draw(length), dy = numbers.Draw(length);
            float[] y = new float[length], dgate = new float[length], dup = new float[length];
            SwiGlu.Forward(gate.Floats, up.Floats, y);
            SwiGlu.Backward(gate.Floats, up.Floats, dy.Floats, dgate, dup);
            for (var i = 0; i < length; i++)
            {
                float[] result = [9], byGate = [0], byUp = [0];
                SwiGlu.Forward(gate.Floats[i..(i + 1)], up.Floats[i..(i + 1)], result);
                SwiGlu.Backward(gate.Floats[i..(i + 1)], up.Floats[i..(i + 1)], dy.Floats[i..(i + 1)], byGate, byUp);
                Assert.Equal((y[i], dgate[i], dup[i]), (result[0], byGate[0], byUp[0]));
            }
        }, iter: 50);

    [Fact]
    public void Lengths_that_differ_are_refused_by_name()
    {
        float[] two = [1, 2], three = [1, 2, 3];
        Assert.Throws<ArgumentException>("up", () => SwiGlu.Forward(two, three, two));
        Assert.Throws<ArgumentException>("y", () => SwiGlu.Forward(two, two, three));
        Assert.Throws<ArgumentException>("dy", () => SwiGlu.Backward(two, two, three, two, two));
        Assert.Throws<ArgumentException>("dgate", () => SwiGlu.Backward(two, two, two, three, two));
        Assert.Throws<ArgumentException>("dup", () => SwiGlu.Backward(two, two, two, two, three));
    }
}
