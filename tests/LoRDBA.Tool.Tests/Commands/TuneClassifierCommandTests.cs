using LoRDBA.Tests;
using LoRDBA.Training.Classifiers;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class TuneClassifierCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_trains_writes_and_measures()
    {
        var lines = Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? $$"""{"text":"turn on light {{i}}","label":"on"}""" : $$"""{"text":"all dark please {{i}}","label":"off"}""");
        var (data, output) = (Write("train.jsonl", lines), At("a.classifier"));
        var run = ToolRun.Of("tune-classifier", data, "-o", output, "--test", data, "--compare", "--features", "64", "--rank", "8", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var result = run.Json();
        var (labels, blob) = ClassifierFile.Read(File.ReadAllText(output));
        Assert.Equal(["off", "on"], labels);
        Assert.Equal(blob.Bytes.Length, result.GetProperty("bytes").GetInt32());
        Assert.Equal(12, result.GetProperty("test").GetProperty("scores")[0].GetProperty("correct").GetInt32());
        Assert.Equal(4, result.GetProperty("test").GetProperty("scores").GetArrayLength());
    }

    [Fact]
    public void A_label_may_be_a_field_and_a_signal_a_CSV()
    {
        var prompts = Write("a.jsonl", ["""{"prompt":"a b","completion":"{\"intent\":\"x\"}"}""", """{"prompt":"c d","completion":"{\"intent\":\"y\"}"}"""]);
        var signal = Write("b.csv", ["slow,0,1,2,3,4,5", "fast,0,5,0,5,0,5"]);

        Assert.Equal(["x", "y"], Labels(prompts, "--label-field", "intent"));
        Assert.Equal(["fast", "slow"], Labels(signal));
    }

    [Theory]
    [InlineData("a.jsonl", "", "data.empty")]
    [InlineData("a.jsonl", "{", "data.bad-line")]
    [InlineData("a.jsonl", """{"label":"x"}""", "data.missing-text")]
    [InlineData("a.jsonl", """{"text":"x"}""", "data.missing-text")]
    [InlineData("a.jsonl", """{"text":"x","label":"y"}""", "classifier.bad-labels")]
    [InlineData("a.csv", "x", "data.bad-line")]
    [InlineData("a.csv", "x,1,two", "data.bad-line")]
    [InlineData("a.csv", "x,0,134217728", "data.bad-line")]
    public void What_is_no_data_is_one_error(string name, string line, string code)
    {
        var run = ToolRun.Of("tune-classifier", Write(name, [line]), "-o", At("a.classifier"), "--json");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal(code, run.ErrorJson().GetProperty("code").GetString());
        Assert.False(File.Exists(At("a.classifier")));
    }

    [Theory]
    [InlineData("--rank", "12")]
    [InlineData("--rank", "4")]
    [InlineData("--features", "0")]
    [InlineData("--compare")]
    public void Usage_is_checked_before_anything_is_read(params string[] more) =>
        Assert.Equal(ExitCodes.Usage, ToolRun.Of(["tune-classifier", At("none.jsonl"), "-o", At("a"), .. more]).ExitCode);

    private IReadOnlyList<string> Labels(string data, params string[] more)
    {
        var output = At("a.classifier");
        var run = ToolRun.Of(["tune-classifier", data, "-o", output, "--epochs", "1", "--rank", "8", .. more]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return ClassifierFile.Read(File.ReadAllText(output)).Labels;
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(At(name), lines);
        return At(name);
    }
}
