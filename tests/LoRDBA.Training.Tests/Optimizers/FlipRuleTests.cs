using CsCheck;
using LoRDBA.Training.Optimizers;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tests.Optimizers;

public sealed class FlipRuleTests
{
    [Fact]
    public void Those_flip_whose_average_asks_most_strongly_within_the_budget()
    {
        // Signs + + + + − − − −. A positive average asks a plus to fall, a negative one a minus to rise: 0, 1, 3, 4 and 6 ask.
        var matrix = new BitMatrix(1, 8);
        for (var i = 0; i < 4; i++) matrix.Flip(i);
        ((ReadOnlySpan<float>)[4, 1, -9, 2, -3, 8, -0.5f, 0]).CopyTo(matrix.Average);
        Assert.Equal(2, new FlipRule().Step([matrix], 0.25f));
        Assert.Equal([false, true, true, true, true, false, false, false], Enumerable.Range(0, 8).Select(matrix.IsPlus));
    }

    [Fact]
    public void A_budget_of_nothing_flips_nothing()
    {
        var matrix = new BitMatrix(2, 40);
        matrix.Average.Fill(-1);
        Assert.Equal(0, new FlipRule().Step([matrix], 0.01f));
    }

    [Fact]
    public void No_more_flip_than_the_budget_and_none_that_did_not_ask() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 200], Gen.Float[0, 1], Gen.Int).Sample((rows, columns, share, seed) =>
        {
            var (matrix, random) = (new BitMatrix(rows, columns), new Random(seed));
            for (var i = 0; i < rows * columns; i++)
            {
                if (random.Next(2) == 0) matrix.Flip(i);
                matrix.Average[i] = (float)(random.NextDouble() - 0.5) * MathF.Pow(2, random.Next(20));
            }
            bool[] before = [.. Enumerable.Range(0, rows * columns).Select(matrix.IsPlus)];
            var flips = new FlipRule().Step([matrix], share);
            int[] flipped = [.. Enumerable.Range(0, rows * columns).Where(i => matrix.IsPlus(i) != before[i])];
            Assert.Equal(flips, flipped.Length);
            Assert.InRange(flips, 0, (int)(share * rows * columns));
            foreach (var i in flipped) Assert.Equal(before[i], matrix.Average[i] > 0);
        }, iter: 200);
}
