using System.Text;
using System.Text.Json;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class ConvertCommandTests
{
    [Fact]
    public void Writes_a_file_that_inspect_reads_and_trace_applies()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.lordba");
        var result = ToolRun.Of("convert", SmallLora.Write(folder), "--base", model, "-o", output, "--scale-bits", "8", "--in-scale", "--json").Json();

        var adapter = ToolRun.Of("inspect", output, "--json").Json().GetProperty("adapter");
        Assert.Equal(result.GetProperty("digest").GetString(), adapter.GetProperty("digest").GetString());
        Assert.Equal((2, 8, 2), (adapter.GetProperty("weights").GetInt32(), adapter.GetProperty("scale_bits").GetInt32(), adapter.GetProperty("tensors_with_in_scale").GetInt32()));
        Assert.Equal("[4,4]", adapter.GetProperty("ranks").ToString());
        Assert.Equal("tiny", adapter.GetProperty("base_name").GetString());
        Assert.Equal(new FileInfo(output).Length, result.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void Tells_each_kind_of_weight_and_all_together()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["convert", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "-o", Path.Combine(folder.Path, "home.lordba")];
        var kinds = ToolRun.Of([.. command, "--json"]).Json().GetProperty("kinds");

        string[] names = [.. kinds.EnumerateArray().Select(kind => kind.GetProperty("kind").GetString()!)];
        Assert.Equal(["attn_q", "ffn_down", "all"], names);
        // attn_q, 64 -> 64, rank 4: fp16 factors of 4 * 128 values; header 32, signs 2 * 4 * 8, m 8, s_out 64 * 4 bits, in all 136, to 160.
        var attnQ = kinds[0];
        Assert.Equal((2 * 4 * 128, 160), (attnQ.GetProperty("fp16_bytes").GetInt32(), attnQ.GetProperty("bytes").GetInt32()));
        Assert.Equal(8 * 160 / 128.0, attnQ.GetProperty("bits_per_channel").GetDouble());
        Assert.InRange(attnQ.GetProperty("cosine").GetDouble(), 0.5, 1);
        Assert.Matches("attn_q +1 +0\\.\\d{3} +10\\.0 +1,024 +160", ToolRun.Of(command).Out);
    }

    [Fact]
    public void What_it_writes_acts_with_its_weight_and_the_trace_says_so()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.lordba");
        ToolRun.Of("convert", SmallLora.Write(folder), "--base", model, "-o", output);
        JsonElement Trace(params string[] more) => ToolRun.Of(["trace", model, "--ids", "1,2,3", .. more]).Json();

        var half = Trace("--adapter", output + ":0.5").GetProperty("adapter");
        Assert.Equal(0.5, half.GetProperty("weight").GetDouble());
        Assert.Equal(ToolRun.Of("inspect", output, "--json").Json().GetProperty("adapter").GetProperty("digest").GetString(), half.GetProperty("digest").GetString());
        string Logits(params string[] more) => Trace(more).GetProperty("last_logits").ToString();
        Assert.NotEqual(Logits(), Logits("--adapter", output));
        Assert.NotEqual(Logits("--adapter", output), Logits("--adapter", output + ":0.5"));
        Assert.Equal(Logits(), Logits("--adapter", output + ":0"));
    }

    [Fact]
    public void An_adapter_of_another_base_is_bad_input()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "home.lordba");
        ToolRun.Of("convert", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "-o", output);
        var run = ToolRun.Of("trace", SmallLora.WriteModel(folder, seed: 2), "--ids", "1", "--adapter", output);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("the adapter was made for tiny", run.Error);
    }

    [Fact]
    public void A_converted_adapter_cannot_be_converted_again()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.lordba");
        ToolRun.Of("convert", SmallLora.Write(folder), "--base", model, "-o", output);
        var run = ToolRun.Of("convert", output, "--base", model, "-o", Path.Combine(folder.Path, "again.lordba"));

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("only LoRAs can be converted", run.Error);
        Assert.False(File.Exists(Path.Combine(folder.Path, "again.lordba")));
    }

    [Theory]
    [InlineData("convert")]
    [InlineData("convert", "--calibrate", "lines.jsonl")]
    [InlineData("convert", "--max-bytes", "9000", "--calibrate", "lines.jsonl")]
    [InlineData("analyze")]
    [InlineData("compare", "--data", "lines.jsonl")]
    public void A_converted_adapter_is_refused_by_name_whatever_is_asked_for(string verb, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var model = SharedFiles.Require("models/tiny-llama.gguf");
        using (var loaded = Model.Load(model)) RandomPeft.Write(folder, loaded, 2);
        string lordba = Path.Combine(folder.Path, "home.lordba"), again = Path.Combine(folder.Path, "again.lordba");
        Assert.Equal(ExitCodes.Done, ToolRun.Of("convert", folder.Path, "--base", model, "-o", lordba).ExitCode);
        var lines = folder.Write("lines.jsonl", """{"prompt": "Good", "completion": " evening"}"""u8.ToArray());

        string[] source = verb == "compare" ? ["--adapter", lordba] : [lordba];
        string[] output = verb == "analyze" ? [] : ["-o", again];
        var error = ToolRun.Of([verb, .. source, "--base", model, .. output, .. more.Select(word => word == "lines.jsonl" ? lines : word), "--json"]).ErrorJson();
        Assert.Equal(("input", "conversion.no-lora"), (error.GetProperty("kind").GetString(), error.GetProperty("code").GetString()));
        Assert.False(Path.Exists(again));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_file_trouble()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("convert", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "-o", Path.Combine(folder.Path, "nowhere", "home.lordba"));

        Assert.Equal(ExitCodes.File, run.ExitCode);
    }

    [Theory]
    [InlineData("--rank", "4097")]
    [InlineData("--rank", "0")]
    [InlineData("--scale-bits", "5")]
    [InlineData("--scale-bits", "four")]
    [InlineData("--bits-per-channel", "0.5")]
    [InlineData("--max-bytes", "0")]
    public void Options_out_of_range_are_usage_errors(string option, string value)
    {
        var run = ToolRun.Of("convert", "lora", "--base", "model.gguf", "-o", "home.lordba", option, value);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(value, run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_size_decides_the_ranks_and_goes_with_no_rank()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), lora = SmallLora.Write(folder), output = Path.Combine(folder.Path, "home.lordba");
        var result = ToolRun.Of("convert", lora, "--base", model, "-o", output, "--bits-per-channel", "30", "--json").Json();
        Assert.InRange(result.GetProperty("kinds")[2].GetProperty("bits_per_channel").GetDouble(), 28, 30);

        var run = ToolRun.Of("convert", lora, "--base", model, "-o", output, "--max-bytes", "9000", "--rank", "4");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--rank fixes the size", run.Error);
    }

    /// <summary>Before anything is fitted: a size that is too small is a sum.</summary>
    [Theory, InlineData("--max-bytes", "10"), InlineData("--bits-per-channel", "1")]
    public void A_size_too_small_fails_at_once_and_tells_the_least_possible(string option, string value)
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), lora = SmallLora.Write(folder), output = Path.Combine(folder.Path, "home.lordba");
        ToolRun Convert(string size) => ToolRun.Of("convert", lora, "--base", model, "-o", output, option, size, "--json");

        // The data is not even opened.
        var early = ToolRun.Of("convert", lora, "--base", model, "-o", output, option, value, "--calibrate", "missing.jsonl", "--json").ErrorJson();
        Assert.Equal("conversion.size-too-small", early.GetProperty("code").GetString());
        var least = System.Text.RegularExpressions.Regex.Match(early.GetProperty("message").GetString()!, @": ([\d.]+) is the least possible").Groups[1].Value;
        Assert.Equal("[1,1]", ToolRun.Of("inspect", Convert(least).Json().GetProperty("output").GetString()!, "--json").Json().GetProperty("adapter").GetProperty("ranks").ToString());
        if (option == "--max-bytes")
        {
            Assert.Equal(long.Parse(least, System.Globalization.CultureInfo.InvariantCulture), new FileInfo(output).Length);
            Assert.Equal("conversion.size-too-small", Convert($"{new FileInfo(output).Length - 1}").ErrorJson().GetProperty("code").GetString());
        }
    }

    [Fact]
    public void A_PEFT_export_keeps_the_name_of_the_base()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "out");
        ToolRun.Of("convert", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "-o", output + "/");
        Assert.Equal("a tiny one", ToolRun.Of("inspect", output, "--json").Json().GetProperty("adapter").GetProperty("base_name").GetString());
    }

    [Fact]
    public void Calibration_changes_what_is_written_and_reads_lines_as_eval_does()
    {
        using var folder = new TemporaryFolder();
        var model = SharedFiles.Require("models/tiny-llama.gguf");
        using (var loaded = Model.Load(model)) RandomPeft.Write(folder, loaded, 2);
        ToolRun Convert(params string[] more) => ToolRun.Of(["convert", folder.Path, "--base", model, "-o", Path.Combine(folder.Path, "home.lordba"), "--json", .. more]);
        string? DigestWith(string line) => Convert("--calibrate", folder.Write("lines.jsonl", Encoding.UTF8.GetBytes(line))).Json().GetProperty("digest").GetString();

        Assert.NotEqual(Convert().Json().GetProperty("digest").GetString(), DigestWith("""{"prompt": "Good", "completion": " evening"}"""));
        var run = Convert("--calibrate", folder.Write("bad.jsonl", "{}"u8.ToArray()));
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("line 1 has no text prompt", run.Error);
    }

    [Theory]
    [InlineData("--output", "--base", "model.gguf")]
    [InlineData("--base", "-o", "home.lordba")]
    public void Base_and_output_are_required(string missing, params string[] given)
    {
        var run = ToolRun.Of(["convert", "lora", .. given]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"'{missing}'", run.Error);
    }

    [Theory]
    [InlineData("lora.gguf")]
    [InlineData("lora-dir/")]
    public void Any_adapter_becomes_a_LoRA_that_acts_as_it_does(string name)
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), peft = SmallLora.Write(folder), lordba = Path.Combine(folder.Path, "home.lordba"), output = Path.Combine(folder.Path, name);
        ToolRun.Of("convert", peft, "--base", model, "-o", lordba, "--in-scale");
        float[] Logits(string adapter) =>
            [.. ToolRun.Of("trace", model, "--ids", "1,2,3", "--oracle", "--adapter", adapter).Json().GetProperty("last_logits").EnumerateArray().Select(logit => logit.GetSingle())];

        var exported = ToolRun.Of("convert", peft, "--base", model, "-o", output, "--json").Json();
        var facts = ToolRun.Of("inspect", output, "--json").Json();
        Assert.Equal(("lora", 2), (facts.GetProperty("kind").GetString(), exported.GetProperty("weights").GetInt32()));
        Assert.Equal("[2,2]", facts.GetProperty("adapter").GetProperty("scaling").ToString());
        Assert.Equal(exported.GetProperty("digest").GetString(), facts.GetProperty("adapter").GetProperty("digest").GetString());
        Assert.Equal(Logits(peft), Logits(output));

        Assert.Matches("a LoRA of 2 weights, .* KB ", ToolRun.Of("convert", lordba, "--base", model, "-o", output).Out);
        foreach (var (expected, actual) in Logits(lordba).Zip(Logits(output))) Assert.Equal(expected, actual, 1e-3f);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_LoRA_has_no_sign_ranks_or_scale_bits()
    {
        var run = ToolRun.Of("convert", "lora", "--base", "model.gguf", "-o", "out.gguf", "--scale-bits", "3");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--scale-bits is for LoRDBA adapters", run.Error);
    }
}
