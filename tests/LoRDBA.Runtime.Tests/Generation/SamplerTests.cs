using LoRDBA.Runtime.Generation;

namespace LoRDBA.Runtime.Tests.Generation;

public sealed class SamplerTests
{
    // Token 3 is the most probable, then 0, 4, 1, 2.
    private static readonly double[] Probabilities = [0.20, 0.10, 0.05, 0.50, 0.15];
    private static readonly float[] Logits = [.. Probabilities.Select(p => (float)Math.Log(p) + 7)];

    /// <summary>Of the chi-square distribution with 4 degrees of freedom, 99.9 % lies below this.</summary>
    private const double ChiSquareLimit = 18.47;

    [Fact]
    public void Greedy_takes_the_best_and_of_equals_the_first()
    {
        Assert.Equal(3, new Sampler(new(), 5).Sample(Logits));
        Assert.Equal(1, new Sampler(new(), 4).Sample([0, 2, 1, 2]));
        Assert.Equal(3, new Sampler(new() { TopK = 2, TopP = 0.5f, MinP = 0.5f, Seed = 9 }, 5).Sample(Logits));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Draws_as_often_as_the_tempered_distribution_says(float temperature)
    {
        const int draws = 100_000;
        var weights = Probabilities.Select(p => Math.Pow(p, 1 / temperature)).ToArray();
        var counts = Count(new() { Temperature = temperature, Seed = 42 }, draws);

        var chiSquare = weights.Select(weight => weight / weights.Sum() * draws).Zip(counts, (expected, count) => Math.Pow(count - expected, 2) / expected).Sum();
        Assert.InRange(chiSquare, 0, ChiSquareLimit);
    }

    [Fact]
    public void Draws_from_what_a_cut_left_in_the_old_proportions()
    {
        const int draws = 100_000;
        var counts = Count(new() { Temperature = 1, TopK = 2, Seed = 7 }, draws);

        // 0.5 : 0.2; the standard deviation of the first count is sqrt(n p (1 - p)) = 143.
        Assert.InRange(counts[3], draws * 5 / 7 - 500, draws * 5 / 7 + 500);
        Assert.Equal(draws, counts[3] + counts[0]);
    }

    [Theory]
    [InlineData(1, 1f, 0f, "3")]
    [InlineData(2, 1f, 0f, "0 3")]
    [InlineData(5, 1f, 0f, "0 1 2 3 4")]
    [InlineData(99, 1f, 0f, "0 1 2 3 4")]
    [InlineData(0, 0.001f, 0f, "3")]
    [InlineData(0, 0.49f, 0f, "3")]
    [InlineData(0, 0.51f, 0f, "0 3")]        // 0.5 does not reach it, 0.5 + 0.2 does
    [InlineData(0, 0.75f, 0f, "0 3 4")]
    [InlineData(3, 0.75f, 0f, "0 3")]        // of the best three's 0.85, 0.7 is 82 %
    [InlineData(0, 1f, 0.25f, "0 3 4")]      // at least 0.125
    [InlineData(0, 1f, 1f, "3")]
    [InlineData(0, 0.98f, 0.15f, "0 1 3 4")] // min-p cuts at 0.075, before top-p would
    [InlineData(4, 0.75f, 0.35f, "0 3")]
    public void Cuts_keep_exactly(int topK, float topP, float minP, string kept)
    {
        // The cuts come before the temperature: a high one spreads the draws over all that is kept.
        var counts = Count(new() { Temperature = 10, TopK = topK, TopP = topP, MinP = minP, Seed = 1 }, 2_000);

        Assert.Equal(kept, string.Join(' ', Enumerable.Range(0, 5).Where(token => counts[token] > 0)));
    }

    [Fact]
    public void A_token_of_no_probability_is_never_drawn()
    {
        var sampler = new Sampler(new() { Temperature = 1e30f, Seed = 3 }, 3);
        for (var i = 0; i < 2_000; i++) Assert.NotEqual(1, sampler.Sample([0, float.NegativeInfinity, -5]));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    public void The_lowest_temperature_takes_the_best(float temperature)
    {
        var sampler = new Sampler(new() { Temperature = temperature }, 5);
        for (var i = 0; i < 100; i++) Assert.Equal(3, sampler.Sample(Logits));
    }

    [Fact]
    public void A_seed_fixes_the_draws()
    {
        int[] Draw(ulong seed)
        {
            var sampler = new Sampler(new() { Temperature = 1, Seed = seed }, 5);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Sample(Logits))];
        }

        Assert.Equal(Draw(5), Draw(5));
        Assert.NotEqual(Draw(5), Draw(6));
    }

    [Fact]
    public void Random_numbers_are_those_published_for_SplitMix64()
    {
        var random = new SplitMix(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];

        Assert.All(published, number => Assert.Equal((number >> 11) / Math.Pow(2, 53), random.NextDouble()));
    }

    [Fact]
    public void Repetition_divides_a_positive_and_multiplies_a_negative_logit()
    {
        var positive = new Sampler(new() { RepetitionPenalty = 2 }, 3);
        positive.Accept(0);
        Assert.Equal(1, positive.Sample([4, 2.1f, 0]));      // 4 became 2

        var negative = new Sampler(new() { RepetitionPenalty = 2 }, 2);
        negative.Accept(0);
        Assert.Equal(1, negative.Sample([-1, -1.9f]));       // -1 became -2
    }

    [Fact]
    public void A_token_is_penalized_once_however_often_it_came()
    {
        var sampler = new Sampler(new() { RepetitionPenalty = 2 }, 2);
        for (var i = 0; i < 3; i++) sampler.Accept(0);

        Assert.Equal(0, sampler.Sample([4, 1.9f]));
    }

    [Fact]
    public void What_leaves_the_window_is_free_again()
    {
        var sampler = new Sampler(new() { RepetitionPenalty = 10, RepetitionWindow = 2 }, 4);
        float[] logits = [4, 3, 2, 1];

        // Each time the best that was not among the last two.
        Assert.Equal([0, 1, 2, 0, 1, 2, 0], Enumerable.Range(0, 7).Select(_ => sampler.Sample(logits)));
    }

    [Fact]
    public void A_token_outside_the_vocabulary_needs_no_penalty()
    {
        var sampler = new Sampler(new() { RepetitionPenalty = 2 }, 2);
        sampler.Accept(2);

        Assert.Equal(0, sampler.Sample([1, 0]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_no_numbers_are_an_error(float bad)
    {
        float[] logits = float.IsNegative(bad) && !float.IsNaN(bad) ? [bad, bad] : [1, bad];

        Assert.Throws<GenerationException>(() => new Sampler(new(), 2).Sample(logits));
        Assert.Throws<GenerationException>(() => new Sampler(new() { Temperature = 1 }, 2).Sample(logits));
    }

    public static TheoryData<SamplerOptions, string> BadOptions { get; } = new()
    {
        { new() { Temperature = -0.1f }, "Temperature" },
        { new() { Temperature = float.NaN }, "Temperature" },
        { new() { Temperature = float.PositiveInfinity }, "Temperature" },
        { new() { TopK = -1 }, "TopK" },
        { new() { TopP = 0 }, "TopP" },
        { new() { TopP = 1.01f }, "TopP" },
        { new() { TopP = float.NaN }, "TopP" },
        { new() { MinP = -0.1f }, "MinP" },
        { new() { MinP = 1.01f }, "MinP" },
        { new() { RepetitionPenalty = 0 }, "RepetitionPenalty" },
        { new() { RepetitionPenalty = float.NaN }, "RepetitionPenalty" },
        { new() { RepetitionWindow = -1 }, "RepetitionWindow" },
        { new() { RepetitionWindow = int.MaxValue }, "RepetitionWindow" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void An_option_out_of_range_is_refused_by_name(SamplerOptions options, string name) =>
        Assert.StartsWith(name + " is ", Assert.Throws<GenerationException>(() => new Sampler(options, 5)).Message);

    [Fact]
    public void Nothing_is_allocated_per_token()
    {
        SamplerOptions[] all =
        [
            new(),
            new() { RepetitionPenalty = 1.1f },
            new() { Temperature = 1, RepetitionPenalty = 1.1f },
            new() { Temperature = 0.8f, TopK = 3, TopP = 0.9f, MinP = 0.05f },
        ];
        Assert.All(all, options =>
        {
            var sampler = new Sampler(options, 5);
            for (var i = 0; i < 100; i++) sampler.Sample(Logits);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++) sampler.Sample(Logits);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        });
    }

    private static int[] Count(SamplerOptions options, int draws)
    {
        var sampler = new Sampler(options, 5);
        var counts = new int[5];
        for (var i = 0; i < draws; i++) counts[sampler.Sample(Logits)]++;
        return counts;
    }
}
