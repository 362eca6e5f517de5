using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_turn_is_taken_for_each_line_with_what_the_line_names()
    {
        var (model, lora) = (SmallLora.WriteModel(folder), SmallLora.Write(folder));
        var run = ToolRun.WithInput($"base\n{lora}\nbase\n", "bench", model, "--on-request", "--prefill", "5", "--decode", "3", "--threads", "1");

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        var turns = run.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var ids = string.Join(',', Enumerable.Range(0, 8).Select(i => (1000 + 7919 * i) % TinyModel.NVocab));
        Assert.Equal([Best(model), Best(model, "--adapter", lora), Best(model)], turns.Select(turn => turn.GetProperty("best").ToString()));
        Assert.All(turns, turn => Assert.True(turn.GetProperty("prefill_seconds").GetDouble() > 0 && turn.GetProperty("decode_seconds").GetDouble() > 0));

        string Best(params string[] arguments)
        {
            var trace = ToolRun.Of(["trace", .. arguments, "--ids", ids]).Json();
            return $"[{string.Join(',', trace.GetProperty("argmax").EnumerateArray().Skip(4))}]";
        }
    }

    [Fact]
    public void An_adapter_that_is_not_there_is_a_file_error()
    {
        var run = ToolRun.WithInput("missing.lordba\n", "bench", SmallLora.WriteModel(folder), "--on-request", "--prefill", "5", "--decode", "3", "--json");

        Assert.Equal(ExitCodes.File, run.ExitCode);
        Assert.Equal("", run.Out);
    }
}
