using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private static readonly string[] Short = ["--prefill", "5", "--decode", "3", "--turns", "1", "--threads", "1"];

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
    public void The_figures_are_of_the_base_and_of_every_rank_and_target()
    {
        var result = ToolRun.Of(["bench", SmallLora.WriteModel(folder), .. Short, "--rank", "4,2", "--json"]).Json();

        Assert.Equal(("tiny", 1, 5, 3, 1), (
            result.GetProperty("model").GetString(), result.GetProperty("threads").GetInt32(), result.GetProperty("prefill_tokens").GetInt32(),
            result.GetProperty("decode_tokens").GetInt32(), result.GetProperty("turns").GetInt32()));
        Assert.Equal(
            ["lordba 4 all generic", "lora 4 all ", "lordba 2 all generic", "lora 2 all ", "lordba 4 qv generic", "lora 4 qv ", "lordba 2 qv generic", "lora 2 qv "],
            result.GetProperty("adapters").EnumerateArray().Select(adapter =>
                $"{adapter.GetProperty("kind")} {adapter.GetProperty("rank")} {adapter.GetProperty("targets")} {string.Join(' ', adapter.GetProperty("kernels").EnumerateArray())}"));
        Assert.True(result.GetProperty("base").GetProperty("prefill_per_second").GetDouble() > 0);
        // 16-bit keys and values, values of a multiple of 16 channels, in blocks of 64 positions.
        Assert.Equal(2 * TinyModel.NLayer * TinyModel.NHeadKv * (TinyModel.HeadDim + (TinyModel.HeadDim + 15) / 16 * 16) * 64, result.GetProperty("memory").GetProperty("cache_bytes").GetInt64());
    }

    [Fact]
    public void The_table_has_a_row_for_each()
    {
        var run = ToolRun.Of(["bench", SmallLora.WriteModel(folder), .. Short]);

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("tiny, 1 thread: 5 tokens of prefill, 3 decoded; medians of 1 turns\n", run.Out);
        foreach (var row in (string[])["base alone ", "LoRDBA +16 all seven ", "fp16 LoRA +16 all seven ", "LoRDBA +16 q, v ", "fp16 LoRA +16 q, v "]) Assert.Matches($"\n{row}", run.Out);
        foreach (var fact in (string[])["switching adapters", "attaching one", "start of the process", "memory, base alone", "allocated by a turn"]) Assert.Matches($"\n  {fact} ", run.Out);
    }

    [Fact]
    public void The_adapters_that_are_kept_are_sound_and_the_same_every_time()
    {
        var model = SmallLora.WriteModel(folder);
        string Keep(string name)
        {
            var path = Path.Combine(folder.Path, name);
            Assert.Equal(ExitCodes.Done, ToolRun.Of(["bench", model, .. Short, "--rank", "3", "--keep-adapters", path]).ExitCode);
            return path;
        }
        var (one, other) = (Keep("one"), Keep("other"));

        Assert.All(Directory.GetFiles(one), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(other, Path.GetFileName(file)))));
        Assert.Equal(["14", "4", "14", "4"], ((string[])["r3-all.lordba", "r3-qv.lordba", "r3-all-lora.gguf", "r3-qv-lora.gguf"]).Select(file => Inspect(file).GetProperty("adapter").GetProperty("weights").ToString()));
        Assert.Equal("F16", Inspect("r3-all-lora.gguf").GetProperty("types")[0].GetProperty("type").GetString());

        JsonElement Inspect(string file) => ToolRun.Of("inspect", Path.Combine(one, file), "--json").Json();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("4097")]
    [InlineData("8,x")]
    public void A_rank_that_no_adapter_can_have_is_a_usage_error(string ranks)
    {
        var run = ToolRun.Of("bench", "model.gguf", "--rank", ranks);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--rank takes numbers from 1 to 4096 separated by commas", run.Error);
    }

    [Fact]
    public void A_model_whose_logits_are_not_finite_is_not_timed()
    {
        var broken = new TinyModel { Type = LoRDBA.Runtime.Blocks.GgmlType.F32, Change = (name, values) => { if (name == "output_norm.weight") values[0] = float.NaN; } };
        var run = ToolRun.Of(["bench", folder.Write("broken.gguf", broken.ToArray()), .. Short]);

        Assert.Equal((ExitCodes.BadInput, ""), (run.ExitCode, run.Out));
        Assert.Contains("A logit is NaN", run.Error);
    }

    [Fact]
    public void An_adapter_that_is_not_there_is_a_file_error()
    {
        var run = ToolRun.WithInput("missing.lordba\n", "bench", SmallLora.WriteModel(folder), "--on-request", "--prefill", "5", "--decode", "3", "--json");

        Assert.Equal(ExitCodes.File, run.ExitCode);
        Assert.Equal("", run.Out);
    }
}
