using System.Text;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class TuneCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string data;

    public TuneCommandTests() => data = folder.Write("train.jsonl", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 30).Select(i => $$"""{"prompt": "{{(char)('a' + i % 7)}}b", "completion": "cde"}""" + "\n"))));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("latents")]
    [InlineData("latent-free")]
    public void Writes_an_adapter_that_answers_as_well_as_it_says(string method)
    {
        var (model, output) = (Model(), At("home.lordba"));
        var result = ToolRun.Of("tune", model, "--data", data, "--held-out", data, "-o", output, "--rank", "4", "--epochs", "3", "--method", method, "--json").Json();
        Assert.Equal((30, 30, 6), (result.GetProperty("lines").GetInt32(), result.GetProperty("held_out_lines").GetInt32(), result.GetProperty("steps").GetInt32()));
        Assert.True(result.GetProperty("nll_after").GetDouble() < result.GetProperty("nll_before").GetDouble());
        Assert.Equal(new FileInfo(output).Length, result.GetProperty("bytes").GetInt64());
        Assert.False(File.Exists(output + ".checkpoint"));

        var measured = ToolRun.Of("eval", model, "--adapter", output, "--data", data, "--json").Json().GetProperty("nll").GetDouble();
        Assert.Equal(result.GetProperty("nll_after").GetDouble(), measured, 0.01 * measured);
        Assert.Contains("signs", ToolRun.Of("inspect", output).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_LoRA_is_written_as_PEFT_reads_it_and_tunes_on_from_there()
    {
        var (model, lora) = (Model(), At("lora/"));
        var result = ToolRun.Of("tune", model, "--data", data, "-o", lora, "--kind", "lora", "--rank", "4", "--epochs", "1", "--json").Json();
        Assert.Equal((27, 3), (result.GetProperty("lines").GetInt32(), result.GetProperty("held_out_lines").GetInt32()));
        Assert.Equal(ExitCodes.Done, ToolRun.Of("eval", model, "--adapter", lora, "--data", data).ExitCode);
        var tuned = ToolRun.Of("tune", model, "--data", data, "-o", At("home.lordba"), "--start", lora, "--epochs", "1");
        Assert.Equal((ExitCodes.Done, ""), (tuned.ExitCode, tuned.Error));
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_same_bytes()
    {
        var (model, whole, parts) = (Model(), At("home.lordba"), At("parts/home.lordba"));
        Directory.CreateDirectory(At("parts"));
        string[] Command(string output) => ["tune", model, "--data", data, "-o", output, "--rank", "4", "--epochs", "2"];
        Assert.Equal(ExitCodes.Done, ToolRun.Of(Command(whole)).ExitCode);
        Assert.Equal(ExitCodes.Interrupted, ToolRun.WithInput("", new CancellationToken(canceled: true), Command(parts)).ExitCode);
        Assert.True(File.Exists(parts + ".checkpoint"));
        Assert.False(File.Exists(parts));
        Assert.Equal(ExitCodes.Done, ToolRun.Of([.. Command(parts), "--resume"]).ExitCode);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(parts));
    }

    [Fact]
    public void Bad_input_is_told_before_the_work()
    {
        var model = Model();
        var few = folder.Write("few.jsonl", """{"prompt": "a", "completion": "b"}"""u8.ToArray());
        var run = ToolRun.Of("tune", model, "--data", few, "-o", At("a.lordba"), "--json");
        Assert.Equal((ExitCodes.BadInput, "data.too-few"), (run.ExitCode, run.ErrorJson().GetProperty("code").GetString()));
        Assert.Equal(ExitCodes.Usage, ToolRun.Of("tune", model, "--data", data, "-o", At("a.lordba"), "--kind", "lora").ExitCode);
        Assert.Equal(ExitCodes.Usage, ToolRun.Of("tune", model, "--data", data, "-o", At("dir/")).ExitCode);
        Assert.Equal(ExitCodes.Usage, ToolRun.Of("tune", model, "--data", data, "-o", At("a.lordba"), "--method", "guess").ExitCode);
        Assert.Equal(ExitCodes.File, ToolRun.Of("tune", model, "--data", data, "-o", At("a.lordba"), "--resume").ExitCode);
        run = ToolRun.Of("tune", SharedFiles.Require("models/tiny-qwen3.gguf"), "--data", data, "-o", At("a.lordba"), "--json");
        Assert.Equal("tuning.unsupported-model", run.ErrorJson().GetProperty("code").GetString());
    }

    private static string Model() => SharedFiles.Require("models/tiny-llama.gguf");

    private string At(string name) => Path.Combine(folder.Path, name);
}
