using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Baselines;
using LoRDBA.Training.Conversion;
using LoRDBA.Training.Tests.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Baselines;

public sealed class BaselineTests
{
    [Theory]
    [InlineData("RTN", "4 bit", 68.0)]
    [InlineData("RTN", "2 bit", 36.0)]
    [InlineData("RTN", "1 bit", 18.0)]
    [InlineData("NF4", "4 bit", 68.0)]
    [InlineData("fp16 LoRA cut", "rank 2", 32.0)]
    public void Bits_a_channel_are_codes_scales_and_zero_points(string family, string setting, double expected)
    {
        // Rank 16 on q of the first layer, 256 to 256: whole groups of 64 and 128.
        using var model = new TinyModel { Type = Runtime.Blocks.GgmlType.F32 }.Load();
        using var folder = new TemporaryFolder();
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, linear => linear.Kind == LinearKind.Query ? 16 : 0), model);
        Baseline.All.Single(baseline => (baseline.Family, baseline.Setting) == (family, setting)).Apply(lora, out var bits).Dispose();

        // Channels of the tiny model are fewer than a group of 128, so a scale serves 64 of them: twice the overhead of groups of 128.
        var overhead = family == "fp16 LoRA cut" || family == "NF4" ? 0 : expected - Math.Floor(expected / 16) * 16;
        Assert.Equal(expected + overhead, (double)bits / (2 * 2 * TinyModel.NEmbd));
    }

    [Fact]
    public void Each_runs_as_an_adapter_and_more_bits_come_closer()
    {
        using var model = new TinyModel { Type = Runtime.Blocks.GgmlType.F32 }.Load();
        using var folder = new TemporaryFolder();
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 4), model);
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        float[] Logits(Adapter adapter)
        {
            sequence.Reset();
            sequence.Use(adapter);
            return sequence.Prefill([1, 2, 3]).ToArray();
        }

        var exact = Logits(lora);
        var digests = new HashSet<string>();
        var distances = new Dictionary<string, double>();
        foreach (var baseline in Baseline.All)
        {
            using var adapter = baseline.Apply(lora, out var bits);
            Assert.Equal((bits + 7) / 8, adapter.ByteLength);
            digests.Add(adapter.Digest.ToString());
            distances[adapter.Name] = Math.Sqrt(Logits(adapter).Zip(exact, (left, right) => Math.Pow(left - right, 2)).Sum());
            sequence.Use(null);
        }

        Assert.True(distances["RTN 4 bit"] < Math.Min(distances["RTN 2 bit"], distances["RTN 1 bit"]));
        Assert.InRange(distances["NF4 4 bit"], 0, distances["RTN 2 bit"]);
        Assert.True(digests.Count > 12);
    }

    [Fact]
    public void A_cut_LoRA_is_the_best_of_its_rank()
    {
        var update = RandomUpdate.Of(20, 30, rank: 5, seed: 3);
        Assert.Equal(Math.Sqrt(update.Sigma.Skip(2).Sum(sigma => sigma * sigma)), Distance(update, FactorPair.Truncated(update, 2)), 1e-5);
    }

    [Fact]
    public void LoRAQuant_splits_by_energy_and_its_refinement_lowers_the_error()
    {
        Assert.Equal((1, 2, 3), (new LoraQuant(0.5, 128).SplitAt([3, 2, 1]), new LoraQuant(0.9, 128).SplitAt([3, 2, 1]), new LoraQuant(1, 128).SplitAt([3, 2, 1])));

        var update = RandomUpdate.Of(200, 300, rank: 4, seed: 2);
        var plain = FactorPair.Truncated(update, 4);
        var refined = new LoraQuant(1, 128).Quantize(FactorPair.Truncated(update, 4), update.Sigma);
        Assert.Equal(plain.Quantized(new RoundToNearest(2, 128)).Bits, refined.Bits);
        Assert.InRange(Distance(update, refined) / Distance(update, plain), 0.3, 0.999);
    }

    [Fact]
    public void One_binary_factor_has_the_least_squares_partner()
    {
        var update = RandomUpdate.Of(60, 90, rank: 4, seed: 2);
        var pair = SingleBinary.Fit(update, 8);
        Assert.All(pair.A.SelectMany(row => row), sign => Assert.Equal(1, Math.Abs(sign)));
        Assert.Equal(8 * 90 + 8 * (60 * 8 + 32), pair.Bits);
        var norm = Math.Sqrt(update.SquaredNorm);
        Assert.InRange(Distance(update, pair) / norm, 0, 0.9);
    }

    private static double Distance(LowRankUpdate update, FactorPair pair)
    {
        Matrix<double> Rows(float[][] rows) => Matrix<double>.Build.Dense(rows.Length, rows[0].Length, (k, i) => rows[k][i]);
        return (RandomUpdate.Dense(update) - Rows(pair.B).TransposeThisAndMultiply(Rows(pair.A))).FrobeniusNorm();
    }
}
