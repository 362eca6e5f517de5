using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class LinearTests
{
    // x = | 1 2 |    W = | 1  0 |
    //     | 3 4 |        | 2  1 |
    //                    | 0 -1 |
    private static readonly float[] X = [1, 2, 3, 4], W = [1, 0, 2, 1, 0, -1];

    [Fact]
    public void Forward_is_x_times_the_transposed_weight()
    {
        // (1,2)·(1,0) = 1, (1,2)·(2,1) = 4, (1,2)·(0,-1) = -2; (3,4): 3, 10, -4
        var y = new float[6];
        Linear.Forward(X, W, nIn: 2, y);
        Assert.Equal([1, 4, -2, 3, 10, -4], y);
    }

    [Fact]
    public void Backward_adds_what_the_rows_of_dy_select()
    {
        // dy = | 1 0 1 |: dx_0 = W_0 + W_2 = (1, -1), dx_1 = W_1 = (2, 1); dW_0 = dW_2 = x_0 = (1, 2), dW_1 = x_1 = (3, 4)
        //      | 0 1 0 |
        float[] dy = [1, 0, 1, 0, 1, 0], dx = [10, 10, 10, 10], dw = [10, 10, 10, 10, 10, 10];
        Linear.BackwardInput(W, dy, nIn: 2, dx);
        Linear.BackwardWeight(X, dy, nIn: 2, dw);
        Assert.Equal([11, 9, 12, 11], dx);
        Assert.Equal([11, 12, 13, 14, 11, 12], dw);
    }

    [Fact]
    public void Gradients_are_the_slopes_added_to_what_was_there() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int).Sample((tokens, nIn, nOut, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers x = numbers.Draw(tokens * nIn), w = numbers.Draw(nOut * nIn), dy = numbers.Draw(tokens * nOut);
            Numbers y = numbers.Draw(tokens * nOut), dx = numbers.Draw(tokens * nIn), dw = numbers.Draw(nOut * nIn);

            Linear.Forward(x.Floats, w.Floats, nIn, y.Floats);
            Linear.BackwardInput(w.Floats, dy.Floats, nIn, dx.Floats);
            Linear.BackwardWeight(x.Floats, dy.Floats, nIn, dw.Floats);

            y.AssertNear(Definition());
            dx.AssertGained(x, Loss);
            dw.AssertGained(w, Loss);

            double Loss() => Definition().Zip(dy.Doubles, (a, b) => a * b).Sum();
            double[] Definition() => [.. from t in Enumerable.Range(0, tokens)
                                         from o in Enumerable.Range(0, nOut)
                                         select Enumerable.Range(0, nIn).Sum(i => w.Doubles[o * nIn + i] * x.Doubles[t * nIn + i])];
        }, iter: 50);

    [Fact]
    public void Bits_do_not_depend_on_how_tokens_are_dealt_out() =>
        Gen.Select(Gen.Int[2, 600], Gen.Int[1, 600], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int).Sample((tokens, at, nIn, nOut, seed) =>
        {
            var cut = at % tokens;
            using var numbers = new NumberSet(seed);
            Numbers x = numbers.Draw(tokens * nIn), w = numbers.Draw(nOut * nIn), dy = numbers.Draw(tokens * nOut);
            var whole = Run(0, tokens);
            var parts = Run(0, cut, tokens);
            Assert.Equal(whole.Y, parts.Y);
            Assert.Equal(whole.Dx, parts.Dx);
            Assert.Equal(whole.Dw, parts.Dw);

            (float[] Y, float[] Dx, float[] Dw) Run(params int[] cuts)
            {
                float[] y = new float[tokens * nOut], dx = new float[tokens * nIn], dw = new float[nOut * nIn];
                foreach (var (from, to) in cuts.Zip(cuts.Skip(1)))
                {
                    var (input, output) = ((from * nIn)..(to * nIn), (from * nOut)..(to * nOut));
                    Linear.Forward(x.Floats[input], w.Floats, nIn, y.AsSpan()[output]);
                    Linear.BackwardInput(w.Floats, dy.Floats[output], nIn, dx.AsSpan()[input]);
                    Linear.BackwardWeight(x.Floats[input], dy.Floats[output], nIn, dw);
                }

                return (y, dx, dw);
            }
        }, iter: 30);

    [Fact]
    public void Lengths_that_do_not_fit_are_refused_by_name()
    {
        Assert.Throws<ArgumentException>("x", () => Linear.Forward(new float[3], W, nIn: 2, new float[6]));
        Assert.Throws<ArgumentException>("weight", () => Linear.Forward(X, new float[5], nIn: 2, new float[6]));
        Assert.Throws<ArgumentException>("y", () => Linear.Forward(X, W, nIn: 2, new float[7]));
        Assert.Throws<ArgumentException>("dy", () => Linear.BackwardInput(W, new float[5], nIn: 2, new float[4]));
        Assert.Throws<ArgumentException>("dweight", () => Linear.BackwardWeight(X, new float[6], nIn: 2, new float[5]));
    }
}
