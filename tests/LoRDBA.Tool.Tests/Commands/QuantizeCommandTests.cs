using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class QuantizeCommandTests
{
    [Fact]
    public void Writes_a_model_that_inspect_describes_and_trace_runs()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "small.gguf");
        var result = ToolRun.Of("quantize", model, "-o", output, "--format", "q4_0", "--json").Json();

        Assert.Equal((new FileInfo(model).Length, new FileInfo(output).Length), (result.GetProperty("source_bytes").GetInt64(), result.GetProperty("bytes").GetInt64()));
        Assert.Equal(ToolRun.Of("inspect", output, "--json").Json().GetProperty("types").ToString(), result.GetProperty("types").ToString());
        Assert.Equal(["Q4_0", "Q8_0", "F32"], result.GetProperty("types").EnumerateArray().Select(type => type.GetProperty("type").GetString()));
        Assert.Equal(ExitCodes.Done, ToolRun.Of("trace", output, "--ids", "1,2").ExitCode);
        Assert.Matches(@"small.gguf: .* KB .*, from .* KB .*, in .* s\n  Q4_0: 14 tensors, ", ToolRun.Of("quantize", model, "-o", output, "--format", "q4_0").Out);
    }

    [Theory]
    [InlineData("q8_0", "its weights are Q8_0 already, so there is nothing to do.")]
    [InlineData("q4_1", "is the model itself, which is read while the new one is written.")]
    public void What_makes_no_sense_is_bad_input(string format, string complaint)
    {
        using var folder = new TemporaryFolder();
        var model = SmallLora.WriteModel(folder);
        var run = ToolRun.Of("quantize", model, "-o", model, "--format", format);

        Assert.Equal((ExitCodes.BadInput, ""), (run.ExitCode, run.Out));
        Assert.Contains(complaint, run.Error);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_format_that_is_not_written_is_a_usage_error()
    {
        var run = ToolRun.Of("quantize", "model.gguf", "-o", "out.gguf", "--format", "q4_k");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("q8_0", run.Error);
    }

    [Fact]
    public void Interrupted_it_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var run = ToolRun.WithInput("", interrupt.Token, "quantize", SmallLora.WriteModel(folder), "-o", Path.Combine(folder.Path, "out.gguf"), "--format", "q4_0");

        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
