using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

/// <summary>What the generator reads of these files is tested with the generator; here are text, JSON and bad input.</summary>
public sealed class ManifestCommandTests
{
    [Fact]
    public void Lists_what_an_adapter_adapts()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.shapes");
        var run = ToolRun.Of("manifest", model, Converted(folder, model, "--in-scale"), "-o", output);

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        var lines = File.ReadAllLines(output);
        Assert.Equal("lordba-shapes 1", lines[0]);
        Assert.Equal("base tiny", lines[2]);
        Assert.Equal(
            [
                "adapter lora",
                "#      linear         input          n_in n_out rank scale_in",
                "linear blk.0.attn_q   blk.0.attn_q   64   64    4    yes",
                "linear blk.1.ffn_down blk.1.ffn_down 96   64    4    yes",
            ],
            lines[5..]);
    }

    [Fact]
    public void Without_an_adapter_all_linears_have_one_rank()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "home.shapes");
        ToolRun.Of("manifest", SmallLora.WriteModel(folder), "--rank", "12", "-o", output);

        var linears = File.ReadAllLines(output).Where(line => line.StartsWith("linear", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
        Assert.Equal(2 * 7, linears.Length);
        Assert.Equal("linear blk.1.attn_v blk.1.attn_q 64 32 12 no", linears[9]);
    }

    [Fact]
    public void Adapters_of_the_same_shapes_share_a_list()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.shapes"), adapter = Converted(folder, model);
        ToolRun.Of("manifest", model, adapter, adapter, "-o", output);

        var lines = File.ReadAllLines(output);
        Assert.Equal(2, lines.Count(line => line == "adapter lora"));
        Assert.Equal(2, lines.Count(line => line.StartsWith("linear", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_tells_the_base_and_each_adapter()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.shapes"), adapter = Converted(folder, model);
        var result = ToolRun.Of("manifest", model, adapter, "-o", output, "--json").Json();

        var facts = ToolRun.Of("inspect", adapter, "--json").Json().GetProperty("adapter");
        Assert.Equal((output, "tiny"), (result.GetProperty("output").GetString(), result.GetProperty("base_name").GetString()));
        Assert.Equal(facts.GetProperty("base_fingerprint").GetString(), result.GetProperty("base_fingerprint").GetString());
        Assert.Equal($$"""[{"name":"lora","digest":"{{facts.GetProperty("digest").GetString()}}","linears":2,"ranks":[4,4]}]""", result.GetProperty("adapters").ToString());
    }

    [Fact]
    public void An_adapter_of_another_base_is_refused_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "home.shapes");
        var run = ToolRun.Of("manifest", SmallLora.WriteModel(folder, seed: 2), Converted(folder, SmallLora.WriteModel(folder)), "-o", output);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("the adapter was made for tiny", run.Error);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void What_cannot_be_written_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var output = Directory.CreateDirectory(Path.Combine(folder.Path, "home.shapes")).FullName;
        var run = ToolRun.Of("manifest", SmallLora.WriteModel(folder), "--rank", "4", "-o", output);

        Assert.Equal(ExitCodes.File, run.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.part"));
    }

    [Fact]
    public void A_float_lora_has_to_be_converted_first()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("manifest", SmallLora.WriteModel(folder), SmallLora.Write(folder), "-o", Path.Combine(folder.Path, "home.shapes"));

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("Write one with 'lordba convert'", run.Error);
    }

    [Theory]
    [InlineData("Give the adapters to be served, or --rank.")]
    [InlineData("--rank takes a number from 1 to 256, not '257'", "--rank", "257")]
    [InlineData("an adapter has its own", "home.lordba", "--rank", "8")]
    [InlineData("an adapter has its own", "home.lordba", "--scale-in")]
    public void Adapters_or_a_rank_have_to_be_given(string complaint, params string[] arguments)
    {
        var run = ToolRun.Of(["manifest", "model.gguf", .. arguments, "-o", "home.shapes"]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(complaint, run.Error);
    }

    private static string Converted(TemporaryFolder folder, string model, params string[] more)
    {
        var path = Path.Combine(folder.Path, "home.lordba");
        var run = ToolRun.Of(["convert", SmallLora.Write(folder), "--base", model, "-o", path, .. more]);
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        return path;
    }
}
