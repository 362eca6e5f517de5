using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class InspectCommandTests
{
    [Fact]
    public void Describes_a_model()
    {
        var facts = ToolRun.Of("inspect", SharedFiles.Require("models/tiny-llama.gguf"), "--json").Json();

        // What a listing by other programs says of this file.
        Assert.Equal("model", facts.GetProperty("kind").GetString());
        Assert.Equal("llama", facts.GetProperty("architecture").GetString());
        Assert.Equal(703_680, facts.GetProperty("bytes").GetInt64());
        Assert.Equal(648_064, facts.GetProperty("parameters").GetInt64());
        Assert.Equal("3", facts.GetProperty("keys").GetProperty("llama.block_count").GetString());
        var largest = facts.GetProperty("types")[0];
        Assert.Equal(("Q8_0", 23), (largest.GetProperty("type").GetString(), largest.GetProperty("tensors").GetInt32()));
        Assert.False(facts.TryGetProperty("tensors", out _));
    }

    [Theory]
    [InlineData("{{ messages[0].content }}", true, "own", null)]
    [InlineData("{{ messages[0].x.y }}", true, "own", "line 1 of the chat template: 'x' of a dictionary, which is not defined, has no attribute y.")]
    [InlineData("{{ messages | md5 }}", true, "chatml", "line 1 of the chat template: the filter md5 is not supported.")]
    [InlineData("{{ messages | md5 }}", false, "unsupported", "line 1 of the chat template: the filter md5 is not supported.")]
    public void Says_whether_the_chat_template_is_supported(string template, bool hasChatMlMarks, string used, string? reason)
    {
        using var folder = new TemporaryFolder();
        var model = ChatModel.Write(folder, template, hasChatMlMarks);
        var chat = ToolRun.Of("inspect", model, "--json").Json().GetProperty("chat");

        Assert.Equal(used, chat.GetProperty("template").GetString());
        Assert.Equal(reason is not null, chat.TryGetProperty("notice", out var notice));
        if (reason is not null) Assert.Contains(reason, notice.GetString());
        Assert.Matches(reason is null ? "chat template +supported\n" : $"chat template +{(used == "own" ? "supported" : used)}: ", ToolRun.Of("inspect", model).Out);
    }

    [Fact]
    public void Lists_tensors_one_a_line()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("inspect", SmallFile(folder), "--tensors");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("a.weight F16  2 x 3    12", run.Out);
    }

    [Fact]
    public void Prints_the_first_values_of_a_tensor_in_full_precision()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("inspect", SmallFile(folder), "--tensor", "a.weight", "--count", "4");

        Assert.Equal("a.weight F16 [2, 3]\n0\n0.5\n-1\n0.33325195\n", run.Out);
    }

    [Fact]
    public void A_count_above_the_size_prints_all()
    {
        using var folder = new TemporaryFolder();
        var values = ToolRun.Of("inspect", SmallFile(folder), "--tensor", "a.weight", "--count", "99", "--json").Json().GetProperty("values");

        Assert.Equal(6, values.GetArrayLength());
        Assert.Equal("Infinity", values[5].GetString());
    }

    [Fact]
    public void Describes_an_adapter()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("home.lordba", new LordbaBuilder().ToArray());
        var facts = ToolRun.Of("inspect", path, "--tensors", "--json").Json();
        var adapter = facts.GetProperty("adapter");

        Assert.Equal(("lordba", "by hand"), (facts.GetProperty("kind").GetString(), facts.GetProperty("name").GetString()));
        Assert.Equal("[2,2]", adapter.GetProperty("ranks").ToString());
        Assert.Equal(8 * 96 / (3 + 2.0), adapter.GetProperty("bits_per_channel").GetDouble());
        Assert.Equal(1, adapter.GetProperty("tensors_with_in_scale").GetInt32());
        Assert.Equal(new string('0', 64), adapter.GetProperty("base_fingerprint").GetString());
        Assert.Equal("""[{"name":"blk.0.attn_q.weight","type":"lordba","shape":[3,2],"bytes":96,"rank":2,"out_bits":4,"in_bits":3}]""", facts.GetProperty("tensors").ToString());
        Assert.Contains(adapter.GetProperty("digest").GetString()!, ToolRun.Of("inspect", path).Out);
    }

    [Theory]
    [InlineData("blk.0.attn_q.weight")]
    [InlineData("blk.0.attn_q.lordba")]
    public void Prints_the_scales_of_an_adapted_weight(string name)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("inspect", folder.Write("home.lordba", new LordbaBuilder().ToArray()), "--tensor", name);

        // As LordbaBuilder draws them.
        Assert.Equal("blk.0.attn_q.weight lordba [3, 2] rank 2\n  m      1 0.5\n  s_out  0.25 1\n  s_in   1 4 2\n", run.Out);
    }

    [Fact]
    public void Describes_a_PEFT_directory()
    {
        using var folder = new TemporaryFolder();
        var path = SmallLora.Write(folder);
        var facts = ToolRun.Of("inspect", path, "--json").Json();
        var adapter = facts.GetProperty("adapter");

        Assert.Equal(("lora", "peft", "lora"), (facts.GetProperty("kind").GetString(), facts.GetProperty("form").GetString(), facts.GetProperty("name").GetString()));
        Assert.Equal((2, "a tiny one"), (adapter.GetProperty("weights").GetInt32(), adapter.GetProperty("base_name").GetString()));
        Assert.Equal(("[4,4]", "[2,2]"), (adapter.GetProperty("ranks").ToString(), adapter.GetProperty("scaling").ToString()));
        Assert.Equal(4 * 32, adapter.GetProperty("bits_per_channel").GetDouble());
        const string Tensor = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
        Assert.Contains($"{Tensor} F32  64 x 4 1,024", ToolRun.Of("inspect", path, "--tensors").Out);
        Assert.StartsWith($"{Tensor} F32 [64, 4]\n", ToolRun.Of("inspect", path, "--tensor", Tensor).Out);
        var loaded = ToolRun.Of("trace", SmallLora.WriteModel(folder), "--ids", "1", "--adapter", path);
        Assert.Equal(adapter.GetProperty("digest").GetString(), loaded.Json().GetProperty("adapter").GetProperty("digest").GetString());
    }

    /// <summary>Whatever is wrong with an adapter for any model: both verbs say the same.</summary>
    [Theory]
    [InlineData("name"), InlineData("pair"), InlineData("rank"), InlineData("value"), InlineData("alpha")]
    public void Refuses_what_run_refuses(string fault)
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), path = folder.Path;
        const string Name = "base_model.model.model.layers.0.self_attn.q_proj";
        var a = ($"{Name}.lora_A.weight", new[] { fault == "rank" ? 3 : 2, 64 }, new float[fault == "rank" ? 192 : 128]);
        var b = (fault == "name" ? "x" : $"{Name}.lora_B.weight", new[] { 64, fault == "rank" ? 3 : 2 }, new float[fault == "rank" ? 192 : 128]);
        if (fault == "value") b.Item3[5] = float.NaN;
        folder.Write("adapter_config.json", System.Text.Encoding.UTF8.GetBytes($$"""{"peft_type":"LORA","r":2,"lora_alpha":{{(fault == "alpha" ? "\"x\"" : "2")}}}"""));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of(fault == "pair" ? [a] : [a, b]));

        var inspected = ToolRun.Of("inspect", path, "--json").ErrorJson();
        var run = ToolRun.Of("trace", model, "--ids", "1", "--adapter", path, "--json").ErrorJson();
        Assert.Equal(run.ToString(), inspected.ToString());
    }

    [Fact]
    public void Refuses_an_adapter_in_GGUF_that_is_none_of_ours()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("vector.gguf", new GgufWriter().Add("general.architecture", "llama").Add("general.type", "adapter").Add("adapter.type", "control_vector").AddTensor("a", GgmlType.F32, [1], new byte[4]).ToArray());
        Assert.Equal("adapter.unsupported", ToolRun.Of("inspect", path, "--json").ErrorJson().GetProperty("code").GetString());
    }

    [Fact]
    public void Notices_are_told_by_inspect_and_by_whoever_loads()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), lora = SmallLora.Write(folder);
        var config = Path.Combine(lora, "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"lora_alpha\": 8", "\"lora_alpha\": 0"));

        Assert.Contains("scaling is 0 in 2 of 2 modules", ToolRun.Of("inspect", lora, "--json").Json().GetProperty("adapter").GetProperty("notice").GetString());
        Assert.Contains("scaling is 0 in 2 of 2 modules", ToolRun.Of("trace", model, "--ids", "1", "--adapter", lora).Error);
    }

    [Theory]
    [InlineData("missing.gguf", ExitCodes.File, "file", "gguf.cannot-open")]
    [InlineData("no.gguf", ExitCodes.BadInput, "input", "gguf.bad-magic")]
    public void Refuses_in_one_line(string file, int exitCode, string kind, string code)
    {
        using var folder = new TemporaryFolder();
        folder.Write("no.gguf", "no GGUF"u8.ToArray());
        var path = Path.Combine(folder.Path, file);

        var run = ToolRun.Of("inspect", path);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith($"lordba: {path}: ", run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        var error = ToolRun.Of("inspect", path, "--json").ErrorJson();
        Assert.Equal((kind, code), (error.GetProperty("kind").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public void Names_the_tensor_that_is_not_there()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("inspect", SmallFile(folder), "--tensor", "b.weight");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("tensor b.weight", run.Error);
        var adapter = folder.Write("home.lordba", new LordbaBuilder().ToArray());
        Assert.Contains("no tensor for b.weight", ToolRun.Of("inspect", adapter, "--tensor", "b.weight").Error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("99999999999")]
    public void A_wrong_count_is_a_usage_error_that_names_the_range(string count)
    {
        var run = ToolRun.Of("inspect", "any.gguf", "--count", count);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Equal($"lordba: --count takes a number from 1 to 2147483647, not '{count}'. Try 'lordba inspect --help'.\n", run.Error);
    }

    /// <summary>One F16 tensor of three rows of two: 0, 1/2 | -1, nearly 1/3 | 65504, infinity.</summary>
    private static string SmallFile(TemporaryFolder folder)
    {
        Half[] values = [(Half)0, (Half)0.5, (Half)(-1), (Half)(1 / 3.0), Half.MaxValue, Half.PositiveInfinity];
        var bytes = values.SelectMany(BitConverter.GetBytes).ToArray();
        return folder.Write("small.gguf", new GgufWriter().AddTensor("a.weight", GgmlType.F16, [2, 3], bytes).ToArray());
    }
}
