using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Backward;
using LoRDBA.Training.Tuning;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tests.Tuning;

/// <summary>One whole step, forward and backward, against float64 differentiation that shares no code with it.</summary>
public sealed unsafe class TuningPassTests
{
    /// <summary>Of whole-number products: a step of 15 bits is 6e-5 of the largest of 32 numbers, and a gradient has passed a dozen such products.</summary>
    private const double WholeNumbers = 2e-3;

    public static TheoryData<TuningMethod> Methods => [.. Enum.GetValues<TuningMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_of_a_whole_step_are_those_of_float64_differentiation(TuningMethod method)
    {
        using var model = new TinyModel().Load();
        Check(model, method, oracle: true, tolerance: 1e-5);
        Check(model, method, oracle: false, WholeNumbers);
    }

    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen2")]
    public void So_are_those_of_the_tiny_models(string name)
    {
        using var model = Model.Load(SharedFiles.Require($"models/{name}.gguf"));
        Check(model, TuningMethod.Latents, oracle: true, tolerance: 1e-4);
        Check(model, TuningMethod.Latents, oracle: false, WholeNumbers);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Bits_do_not_depend_on_the_number_of_threads(TuningMethod method)
    {
        using var model = new TinyModel().Load();
        var samples = Samples(model, count: 5, seed: 3);
        var (loss, gradients) = Run(model, Branches(model, method), samples, threads: 1, oracle: false, headRows: 4);
        foreach (var threads in new[] { 2, 3, 5 })
        {
            var (otherLoss, others) = Run(model, Branches(model, method), samples, threads, oracle: false, headRows: 4);
            Assert.Equal(loss, otherLoss);
            Assert.Equal(gradients, others);
        }
    }

    [Fact]
    public void A_loss_over_slices_is_the_loss_over_all_rows()
    {
        using var model = new TinyModel().Load();
        var samples = Samples(model, count: 4, seed: 5);
        var (loss, _) = Run(model, Branches(model, TuningMethod.Lora), samples, threads: 1, oracle: false, headRows: 1);
        Assert.Equal(loss, Run(model, Branches(model, TuningMethod.Lora), samples, threads: 1, oracle: false, headRows: 64).Loss);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var model = new TinyModel().Load();
        var set = Branches(model, TuningMethod.Latents);
        using var pass = new TuningPass(model, set.ByLinear, 200, 8, threads: 1);
        var batch = new TuningBatch(200);
        foreach (var sample in Samples(model, count: 4, seed: 5)) batch.Add(sample);
        pass.AddGradients(batch, batch.LossTokens);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pass.AddGradients(batch, batch.LossTokens);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_model_with_steps_that_have_no_way_back_is_refused()
    {
        using var model = Model.Load(SharedFiles.Require("models/tiny-qwen3.gguf"));
        var error = Assert.Throws<TuningException>(() => new TuningPass(model, BranchSet.FromScratch(model, TuningMethod.Lora, 2, 0).ByLinear, 8, 8, 1));
        Assert.Equal(TuningError.UnsupportedModel, error.Error);
        Assert.Contains("norms of queries and keys", error.Message, StringComparison.Ordinal);
    }

    private static void Check(Model model, TuningMethod method, bool oracle, double tolerance)
    {
        var samples = Samples(model, count: 3, seed: 7);
        var set = Branches(model, method);
        var plain = set.All.ToDictionary(branch => branch.Linear, Plain);
        var expected = new PlainStep(model, linear => plain.GetValueOrDefault(linear)).Run(samples);
        var (loss, _) = Run(model, set, samples, threads: 2, oracle, headRows: 4);
        Assert.Equal(expected, loss, tolerance);
        foreach (var branch in set.All)
        {
            var want = plain[branch.Linear];
            AssertNear(want.A.Gradient, new ReadOnlySpan<float>(branch.A.Gradients, branch.A.Rows * branch.A.Columns), tolerance);
            AssertNear(want.B.Gradient, new ReadOnlySpan<float>(branch.B.Gradients, branch.B.Rows * branch.B.Columns), tolerance);
            if (branch.M is null) continue;
            AssertNear(want.M.Gradient, branch.M.Gradient, tolerance);
            AssertNear(want.ScaleOut.Gradient, branch.ScaleOut!.Gradient, tolerance);
        }
    }

    /// <summary>The distance of two gradients, over the length of the true one.</summary>
    private static void AssertNear(double[] expected, ReadOnlySpan<float> gradient, double tolerance)
    {
        double distance = 0, length = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            distance += Math.Pow(expected[i] - gradient[i], 2);
            length += expected[i] * expected[i];
        }
        Assert.True(length > 0);
        Assert.InRange(Math.Sqrt(distance / length), 0, tolerance);
    }

    private static (double Loss, float[] Gradients) Run(Model model, BranchSet set, List<TuningSample> samples, int threads, bool oracle, int headRows)
    {
        using var pass = new TuningPass(model, set.ByLinear, 200, headRows, threads, oracle);
        var batch = new TuningBatch(200);
        foreach (var sample in samples) batch.Add(sample);
        var loss = pass.AddGradients(batch, batch.LossTokens) / batch.LossTokens;
        foreach (var branch in set.All) branch.SumM();
        return (loss, [.. set.All.SelectMany(branch => new[]
        {
            new ReadOnlySpan<float>(branch.A.Gradients, branch.A.Rows * branch.A.Columns).ToArray(),
            new ReadOnlySpan<float>(branch.B.Gradients, branch.B.Rows * branch.B.Columns).ToArray(),
            branch.M is null ? [] : branch.M.Gradient.ToArray(), branch.ScaleOut is null ? [] : branch.ScaleOut.Gradient.ToArray(),
        }).SelectMany(values => values)]);
    }

    /// <summary>Branches that add something, with scales of both signs.</summary>
    private static BranchSet Branches(Model model, TuningMethod method)
    {
        var set = BranchSet.FromScratch(model, method, rank: 5, seed: 11);
        var random = new Random(12);
        foreach (var parameter in method == TuningMethod.Lora ? set.Factors : set.Scales) parameter.FillNormal(random, 0.05f);
        return set;
    }

    private static PlainBranch Plain(TunedBranch branch)
    {
        Matrix Of(TunedMatrix matrix)
        {
            var scratch = new float[matrix.Rows * matrix.Columns];
            fixed (float* to = scratch)
            {
                var values = matrix.Scaled(0, matrix.Columns, null, null, to);
                return new Matrix(matrix.Rows, matrix.Columns, [.. from r in Enumerable.Range(0, matrix.Rows)
                    from c in Enumerable.Range(0, matrix.Columns)
                    select At(values, r, c)]);
            }
        }

        Matrix Row(Parameter? parameter, int count) => new(1, count, parameter is null
            ? [.. Enumerable.Repeat(1.0, count)]
            : [.. parameter.Value.ToArray().Select(value => (double)value)]);
        return new PlainBranch(Of(branch.A), Of(branch.B), Row(branch.M, branch.Rank), Row(branch.ScaleOut, branch.Linear.NOut));
    }

    private static double At(Strided values, int row, int column) => *values.At(row, column);

    private static List<TuningSample> Samples(Model model, int count, int seed)
    {
        var random = new Random(seed);
        int[] Tokens(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(model.Config.NVocab))];
        return [.. Enumerable.Range(0, count).Select(i => new TuningSample(Tokens(1 + random.Next(6)), Tokens(1 + random.Next(7))))];
    }
}
