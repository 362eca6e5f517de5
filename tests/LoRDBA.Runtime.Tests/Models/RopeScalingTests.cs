using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What files say of rotary scaling, and what becomes of it. The head's width is 16, the base 10 000.</summary>
public sealed class RopeScalingTests
{
    private static readonly double[] Unscaled = [.. Enumerable.Range(0, 8).Select(i => Math.Pow(10_000, -i / 8.0))];

    [Fact]
    public void Linear_divides_all_frequencies() => AssertLinear(4, [], ("type", "linear"), ("factor", 4f));

    [Fact]
    public void A_factor_without_a_type_is_linear_with_a_notice() =>
        AssertLinear(4, ["llama.rope.scaling.factor is 4, but llama.rope.scaling.type is not there. Linear scaling is taken."], ("factor", 4f));

    [Fact]
    public void The_early_name_of_the_factor_is_read()
    {
        AssertLinear(4, [], ("type", "linear"), ("../scale_linear", 4f));
        // Where both are there the newer one counts.
        AssertLinear(2, [], ("type", "linear"), ("../scale_linear", 4f), ("factor", 2f));
    }

    [Fact]
    public void A_factor_of_0_or_1_is_none()
    {
        AssertLinear(1, [], ("factor", 0f));
        AssertLinear(1, [], ("factor", 1f));
        AssertLinear(1, [], ("type", "linear"), ("../scale_linear", 0f));
    }

    [Fact]
    public void Without_scaling_a_factor_does_nothing() => AssertLinear(1, [], ("type", "none"), ("factor", 4f));

    [Theory]
    [InlineData("none", 1.0)]
    [InlineData("linear", 1.0)]
    [InlineData("yarn", 1.1386294361119891)]   // 1 + 0.1 ln 4
    public void The_attention_factor_multiplies_what_is_rotated(string type, double magnitude)
    {
        using var model = Load(("type", type), ("factor", 4f), ("original_context_length", 32u), ("attn_factor", 1.5f));

        Assert.Equal(1.5 * magnitude, model.RopeTables[0].Magnitude, 1e-12);
    }

    [Fact]
    public void Yarn_without_the_original_length_takes_that_of_the_context_with_a_notice()
    {
        using var model = Load(("type", "yarn"), ("factor", 4f));
        using var expected = Load(("type", "yarn"), ("factor", 4f), ("original_context_length", 64u));

        Assert.Equal(expected.RopeTables[0].Frequencies, model.RopeTables[0].Frequencies);
        Assert.Equal("llama.rope.scaling.original_context_length is not there. context_length, 64, is taken.", Assert.Single(model.Notices));
        Assert.Empty(expected.Notices);
    }

    [Fact]
    public void Yarn_mixes_between_its_two_numbers_of_turns()
    {
        // Pair i turns 4096 / (2 pi 10^(i/2)) times: 651, 206, 65, 21, 6.5, 2.1, 0.65, 0.2.
        using var usual = Load(("type", "yarn"), ("factor", 4f), ("original_context_length", 4096u));
        using var narrow = Load(("type", "yarn"), ("factor", 4f), ("original_context_length", 4096u), ("yarn_beta_fast", 8f), ("yarn_beta_slow", 4f));

        double[] Ratios(Model model) => [.. model.RopeTables[0].Frequencies.Zip(Unscaled, (scaled, plain) => scaled / plain)];
        Assert.All(Ratios(usual)[..3], ratio => Assert.Equal(1, ratio, 1e-12));
        Assert.All(Ratios(usual)[6..], ratio => Assert.Equal(0.25, ratio, 1e-12));
        Assert.All(Ratios(narrow)[..4], ratio => Assert.Equal(1, ratio, 1e-12));
        Assert.All(Ratios(narrow)[5..], ratio => Assert.Equal(0.25, ratio, 1e-12));
    }

    [Theory]
    [InlineData("factor", -1f)]
    [InlineData("factor", float.NaN)]
    [InlineData("../scale_linear", float.PositiveInfinity)]
    [InlineData("attn_factor", 0f)]
    [InlineData("yarn_beta_fast", 0f)]
    [InlineData("yarn_beta_slow", -1f)]
    public void A_number_that_cannot_be_is_refused_by_its_key(string key, float value)
    {
        var error = Assert.Throws<ModelException>(() => Load(("type", "yarn"), (key, value)));

        Assert.Equal((ModelError.BadMetadata, Name(key)), (error.Error, error.Field));
    }

    [Fact]
    public void An_attention_factor_beside_two_rotary_bases_is_refused()
    {
        using var file = (FamilyCase.Row("gemma3") with { Keys = new() { ["attention.sliding_window"] = 20u, ["rope.scaling.attn_factor"] = 2f } }).File();

        Assert.Equal(ModelError.UnsupportedRopeScaling, Assert.Throws<ModelException>(() => Model.Load(file)).Error);
    }

    /// <summary>
    /// llama.cpp reads the same files as we do: what it loses on 60 tokens is what we lose, and not what we lose without the keys.
    /// </summary>
    [Theory]
    [InlineData("factor", 0.25f, null, null)]
    [InlineData("../scale_linear", 0.25f, null, null)]
    [InlineData("attn_factor", 2f, null, null)]
    [InlineData("type", "yarn", "factor", 8f)]
    public void It_computes_what_llama_cpp_does(string key, object value, string? otherKey, object? otherValue)
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        using var folder = new TemporaryFolder();
        using var source = GgufFile.Open(SharedFiles.Require("models/tiny-llama.gguf"));
        int[] ids = [.. Enumerable.Range(0, 60).Select(i => 3 + i * 37 % 500)];
        var writer = new GgufWriter();
        foreach (var kept in source.Metadata.Keys) writer.Copy(source, kept);
        Add(writer, Name(key), value);
        if (otherKey is not null) Add(writer, Name(otherKey), otherValue!);
        foreach (var tensor in source.Tensors) writer.AddTensor(tensor.Name, tensor.Type, [.. Enumerable.Range(0, tensor.NDims).Select(tensor.Dim)], source.Span(tensor).ToArray());
        var path = folder.Write("scaled.gguf", writer.ToArray());

        double[] ours = Nll(path, ids), plain = Nll(source.Name, ids), theirs = LlamaCppNll.Of(path, ids);
        var (near, far) = (Distance(ours, theirs), Distance(plain, theirs));
        TestContext.Current.TestOutputHelper?.WriteLine($"{near:0.0000} from llama.cpp, {far:0.0000} without the keys");
        Assert.InRange(near, 0, far / 3);
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Average());

    private static double[] Nll(string path, int[] ids)
    {
        using var model = Model.Load(path);
        using var sequence = model.CreateSequence();
        return Scoring.Of(sequence, ids).Nll;
    }

    private static void Add(GgufWriter writer, string key, object value) => _ = value is string text ? writer.Add(key, text) : writer.Add(key, (float)value);

    private static void AssertLinear(double factor, string[] notices, params (string Key, object Value)[] keys)
    {
        using var model = Load(keys);
        Assert.Equal(Unscaled.Select(frequency => frequency / factor), model.RopeTables[0].Frequencies, (a, b) => Math.Abs(a / b - 1) < 1e-12);
        Assert.Equal(1, model.RopeTables[0].Magnitude);
        Assert.Equal(notices, model.Notices);
    }

    private static Model Load(params (string Key, object Value)[] keys)
    {
        var tiny = new TinyModel();
        foreach (var (key, value) in keys) tiny.Metadata[Name(key)] = value;
        return tiny.Load();
    }

    private static string Name(string key) => key.StartsWith("../", StringComparison.Ordinal) ? $"llama.rope.{key[3..]}" : $"llama.rope.scaling.{key}";
}
