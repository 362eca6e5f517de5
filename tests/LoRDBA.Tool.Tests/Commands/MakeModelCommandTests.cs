using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class MakeModelCommandTests : IDisposable
{
    private static readonly string[] Small = ["--n-embd", "64", "--n-ff", "96", "--n-head", "4", "--n-head-kv", "2", "--head-dim", "16", "--n-layer", "2", "--n-vocab", "1000", "--context", "128"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("f16", GgmlType.F16)]
    [InlineData("q8_0", GgmlType.Q8_0)]
    [InlineData("q4_0", GgmlType.Q4_0)]
    [InlineData("q4_1", GgmlType.Q4_1)]
    public void The_file_is_a_model_of_the_shape_that_was_asked_for(string format, GgmlType type)
    {
        using var model = Model.Load(Make("model.gguf", "--format", format));

        Assert.Equal((64, 96, 4, 2, 16, 2, 1000, 128), (model.Config.NEmbd, model.Config.NFf, model.Config.NHead, model.Config.NHeadKv, model.Config.HeadDim, model.Config.NLayer, model.Config.NVocab, model.Config.ContextLength));
        Assert.All(model.Linears.SkipLast(1), linear => Assert.Equal(type, linear.Format.Type));
        Assert.Equal(type == GgmlType.F16 ? GgmlType.F16 : GgmlType.Q8_0, model.Linears[^1].Format.Type);
        Assert.False(model.HasTiedOutput);
    }

    [Fact]
    public void The_same_arguments_give_the_same_bytes_and_another_seed_gives_others()
    {
        var first = File.ReadAllBytes(Make("1.gguf"));

        Assert.Equal(first, File.ReadAllBytes(Make("2.gguf")));
        Assert.NotEqual(first, File.ReadAllBytes(Make("3.gguf", "--seed", "1")));
    }

    [Fact]
    public void Weights_are_spread_around_0_and_norms_around_1_and_no_row_is_another()
    {
        using var file = GgufFile.Open(Make("model.gguf", "--format", "f16"));
        var (weights, norm) = (Values(file, "blk.1.ffn_up.weight"), Values(file, "output_norm.weight"));

        Assert.Equal(0, weights.Average(), 0.001f);
        Assert.Equal(0.02, Math.Sqrt(weights.Average(value => (double)value * value)), 0.001);
        Assert.Equal(1, norm.Average(), 0.05f);
        var rows = Values(file, "token_embd.weight").Chunk(64).Concat(weights.Chunk(64)).Select(row => string.Join(' ', row));
        Assert.Equal(1000 + 96, rows.Distinct().Count());
    }

    [Fact]
    public void Its_tokenizer_says_every_text()
    {
        using var file = GgufFile.Open(Make("model.gguf"));
        var tokenizer = Tokenizer.FromGguf(file);

        foreach (var text in (string[])["turn on the light", "Jalousie, 38 %", "\u0000\n\u00ff 灯\U0001F4A1"])
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.True(ToolRun.Of("run", file.Name, "hello", "--chat", "--max-tokens", "3").ExitCode == ExitCodes.Done);
    }

    [Theory]
    [InlineData("--n-embd", "80", "A row of 80 is no whole number of blocks of 32 weights: change")]
    [InlineData("--n-head-kv", "3", "4 query heads cannot share 3 key/value heads evenly: change --n-head or --n-head-kv.")]
    [InlineData("--head-dim", "15", "A head of 15 cannot be rotated in pairs: make --head-dim even.")]
    public void A_shape_that_no_model_can_have_is_bad_input(string option, string value, string complaint)
    {
        var run = ToolRun.Of(["make-model", "-o", Path.Combine(folder.Path, "model.gguf"), .. Without(option), option, value]);

        Assert.Equal((ExitCodes.BadInput, ""), (run.ExitCode, run.Out));
        Assert.Contains(complaint, run.Error);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void The_result_says_how_large_it_is()
    {
        var path = Path.Combine(folder.Path, "model.gguf");
        var result = ToolRun.Of(["make-model", "-o", path, .. Small, "--json"]).Json();

        Assert.Equal(new FileInfo(path).Length, result.GetProperty("bytes").GetInt64());
        Assert.Equal(ToolRun.Of("inspect", path, "--json").Json().GetProperty("parameters").GetInt64(), result.GetProperty("parameters").GetInt64());
        Assert.Matches(@"model.gguf: .* weights, .* KB .*, in .* s\n", ToolRun.Of(["make-model", "-o", path, .. Small]).Out);
    }

    private string Make(string name, params string[] more)
    {
        var path = Path.Combine(folder.Path, name);
        var run = ToolRun.Of(["make-model", "-o", path, .. Small, .. more]);
        Assert.True(run.ExitCode == ExitCodes.Done, run.Error);
        return path;
    }

    private static float[] Values(GgufFile file, string name)
    {
        Assert.True(file.TryGetTensor(name, out var tensor));
        var values = new float[tensor.ElementCount];
        file.FormatOf(tensor).Dequantize(file.Span(tensor), values);
        return values;
    }

    private static string[] Without(string option) => [.. Small.Chunk(2).Where(pair => pair[0] != option).SelectMany(pair => pair)];
}
