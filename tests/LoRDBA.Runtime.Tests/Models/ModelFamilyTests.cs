using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>
/// What families can differ in, on models of a few kilobytes beside <see cref="PlainTransformer"/>: the rows of the table, every option alone,
/// and random ones together. 100 tokens cross windows and blocks of 64 positions; 40 logits end within a register of 16.
/// </summary>
public sealed class ModelFamilyTests
{
    private static readonly int[] Ids = [.. Enumerable.Range(0, 100).Select(i => (i * 17 + i * i % 7) % TinyModel.NVocab)];

    public static TheoryData<string> RowNames => [.. FamilyCase.RowNames, "phi3 with windows"];

    [Theory]
    [MemberData(nameof(RowNames))]
    public void A_row_of_the_table_computes_what_its_family_does(string name) => Check(FamilyCase.Row(name));

    [Theory]
    [InlineData("norms after blocks")]
    [InlineData("norms before and after")]
    [InlineData("norms of heads")]
    [InlineData("norms of rows")]
    [InlineData("gelu")]
    [InlineData("embedding by width")]
    [InlineData("embedding scale")]
    [InlineData("attention scale")]
    [InlineData("residual scale")]
    [InlineData("logit scale")]
    [InlineData("attention soft cap")]
    [InlineData("logit soft cap")]
    [InlineData("windows")]
    [InlineData("windows with a rope of their own")]
    [InlineData("layers without rope")]
    public void An_option_alone_does_what_it_says(string option)
    {
        var tested = FamilyCase.Plain.With(option);
        Check(tested);
        Assert.InRange(LogitDistance.Of(Expected(tested, tested.Options), Expected(tested, new PlainOptions { NormsBefore = tested.Options.NormsBefore })), 0.05, double.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Options_go_together(int seed)
    {
        var random = new Random(seed);
        var all = typeof(ModelFamilyTests).GetMethod(nameof(An_option_alone_does_what_it_says))!.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Select(data => (string)((InlineDataAttribute)data).Data[0]!).ToArray();
        Check(all.Where(_ => random.Next(2) == 0).Aggregate(FamilyCase.Plain, (tested, option) => tested.With(option)));
    }

    [Theory]
    [InlineData("granite")]
    [InlineData("olmo2 with windows")]
    [InlineData("gemma3")]
    public void Neither_batch_length_nor_threads_change_a_bit(string name)
    {
        var tested = FamilyCase.Row(name);
        using var model = Model.Load(tested.File(), tested.Family);
        float[] Logits(bool oracle, int batch, int threads)
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            return sequence.Prefill(Ids).ToArray();
        }

        foreach (var oracle in (bool[])[false, true])
        {
            var expected = Logits(oracle, batch: 128, threads: 1);
            Assert.Equal(expected, Logits(oracle, batch: 64, threads: 2));
            Assert.Equal(expected, Logits(oracle, batch: 5, threads: 3));
            Assert.Equal(expected, Logits(oracle, batch: 1, threads: 3));
        }
    }

    [Theory]
    [InlineData("granite", "embedding_scale", 0f)]
    [InlineData("granite", "attention.scale", -1f)]
    [InlineData("granite", "residual_scale", float.NaN)]
    [InlineData("granite", "logit_scale", float.PositiveInfinity)]
    [InlineData("granite", "rope.scaling.finetuned", false)]
    [InlineData("gemma3", "final_logit_softcapping", 0f)]
    [InlineData("gemma3", "rope.freq_base_swa", 0f)]
    public void A_key_with_an_impossible_value_is_refused_by_name(string name, string key, object value)
    {
        var row = FamilyCase.Row(name);
        using var file = (row with { Keys = new(row.Keys) { [key] = value } }).File();
        var error = Assert.Throws<ModelException>(() => Model.Load(file));
        Assert.Equal((ModelError.BadMetadata, $"{name}.{key}"), (error.Error, error.Field));
    }

    [Theory]
    [InlineData("olmo2", "blk.1.post_attention_norm.weight")]
    [InlineData("olmo2", "blk.0.attn_q_norm.weight")]
    [InlineData("gemma3", "blk.0.ffn_norm.weight")]
    [InlineData("gemma3", "blk.2.post_ffw_norm.weight")]
    public void A_missing_norm_is_refused_by_name(string name, string tensor)
    {
        using var file = FamilyCase.Row(name).File(missing: tensor);
        var error = Assert.Throws<ModelException>(() => Model.Load(file));
        Assert.Equal((ModelError.MissingTensor, tensor), (error.Error, error.Field));
    }

    private static double[][] Expected(FamilyCase tested, PlainOptions options)
    {
        using var file = tested.File();
        return tested.Plainly(file, Ids, options);
    }

    private static void Check(FamilyCase tested)
    {
        var expected = Expected(tested, tested.Options);
        using var model = Model.Load(tested.File(), tested.Family);
        AssertLogits(model, new() { Oracle = true, Threads = 2 }, expected, bound: 1e-3);
        // Inputs of products in whole numbers, keys and values in 16 bits.
        AssertLogits(model, new() { Threads = 2, BatchLength = 32 }, expected, bound: 0.05);
    }

    private static void AssertLogits(Model model, EngineOptions options, double[][] expected, double bound)
    {
        using var sequence = model.CreateSequence(engineOptions: options);
        var actual = new double[Ids.Length][];
        sequence.PrefillAll(Ids, (position, logits) => actual[position] = [.. logits.ToArray().Select(logit => (double)logit)]);
        var worst = LogitDistance.Of(actual, expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"worst error {worst:G3} of the spread");
        Assert.InRange(worst, 0, bound);
    }
}
