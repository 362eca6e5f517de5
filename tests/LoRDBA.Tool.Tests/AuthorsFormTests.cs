using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>An adapter as the method's authors save it, by the commands that a user gives: inspect, eval, convert, manifest, there and back.</summary>
public sealed class AuthorsFormTests
{
    private const string Dbf = "cases/adapters/lordba_qat_dbf", Peft = "cases/adapters/lordba_qat_dbf_as_peft";

    private static string Smol => SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf");

    /// <summary>Reference: the same update as a LoRA in PEFT; base alone 5.2484. Activations of sign kernels have 8 bits.</summary>
    [Fact]
    public void Eval_measures_what_the_LoRA_of_the_same_update_does()
    {
        using var folder = new TemporaryFolder();
        var lordba = Path.Combine(folder.Path, "home.lordba");
        var converted = ToolRun.Of("convert", SharedFiles.Require(Dbf), "--base", Smol, "-o", lordba, "--json");
        Assert.Equal(("", 14), (converted.Error, converted.Json().GetProperty("weights").GetInt32()));

        Assert.Equal(5.2484, Nll(), 0.0005);
        Assert.Equal(5.3142, Nll("--adapter", SharedFiles.Require(Peft)), 0.0005);
        var signs = Nll("--adapter", SharedFiles.Require(Dbf));
        Assert.Equal(5.3142, signs, 0.002);
        Assert.Equal(signs, Nll("--adapter", lordba));
    }

    [Fact]
    public void Inspect_tells_form_ranks_and_scaling_and_shows_scales()
    {
        var path = SharedFiles.Require(Dbf);
        var facts = ToolRun.Of("inspect", path, "--tensors", "--json").Json();
        var adapter = facts.GetProperty("adapter");

        Assert.Equal(("lordba", "lordba_qat_dbf", 14), (facts.GetProperty("kind").GetString(), facts.GetProperty("form").GetString(), adapter.GetProperty("weights").GetInt32()));
        Assert.Equal(("[16,16]", "[2,2]", 16), (adapter.GetProperty("ranks").ToString(), adapter.GetProperty("scaling").ToString(), adapter.GetProperty("scale_bits").GetInt32()));
        Assert.Equal("model.layers.0.self_attn.q_proj", facts.GetProperty("tensors")[0].GetProperty("name").GetString());
        Assert.Contains("in the form of the method's authors, lordba_qat_dbf", ToolRun.Of("inspect", path).Out);
        Assert.Equal(4, ToolRun.Of("inspect", path, "--tensor", "model.layers.0.self_attn.q_proj", "--count", "4", "--json").Json().GetProperty("m").GetArrayLength());
        Assert.Contains("no module x", ToolRun.Of("inspect", path, "--tensor", "x").Error);
    }

    [Fact]
    public void Convert_writes_the_form_and_reads_it_back_as_the_same_signs()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), dbf = Path.Combine(folder.Path, "home.dbf"), lordba = Path.Combine(folder.Path, "home.lordba"), again = Path.Combine(folder.Path, "again.dbf");
        float[] Logits(string adapter) => [.. ToolRun.Of("trace", model, "--ids", "1,2,3", "--adapter", adapter).Json().GetProperty("last_logits").EnumerateArray().Select(logit => logit.GetSingle())];

        var made = ToolRun.Of("convert", SmallLora.Write(folder), "--base", model, "-o", dbf, "--scale-bits", "16", "--in-scale", "--rank", "70", "--json").Json();
        Assert.Equal(("[70,70]", made.GetProperty("digest").GetString()), (Adapter(dbf).GetProperty("ranks").ToString(), Adapter(dbf).GetProperty("digest").GetString()));
        Assert.Matches("the signs of 2 weights", ToolRun.Of("convert", dbf, "--base", model, "-o", lordba).Out);
        Assert.Matches("the signs of 2 weights", ToolRun.Of("convert", lordba, "--base", model, "-o", again + "/").Out);
        Assert.Equal(Logits(dbf), Logits(lordba));
        Assert.Equal(Logits(dbf), Logits(again));
        Assert.Equal(File.ReadAllBytes(Path.Combine(dbf, "adapter_model.bin")), File.ReadAllBytes(Path.Combine(again, "adapter_model.bin")));

        var refused = ToolRun.Of("convert", dbf, "--base", model, "-o", lordba, "--rank", "8", "--json").ErrorJson();
        Assert.Equal("conversion.no-lora", refused.GetProperty("code").GetString());
        JsonElement Adapter(string path) => ToolRun.Of("inspect", path, "--json").Json().GetProperty("adapter");
    }

    [Fact]
    public void Manifest_lists_its_shapes_and_names_a_rank_that_no_kernel_is_generated_for()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), shapes = Path.Combine(folder.Path, "home.shapes");
        ToolRun Manifest(int rank) => ToolRun.Of("manifest", model, new DbfBuilder().Add("model.layers.0.self_attn.q_proj", 64, 64, rank).Write(folder), "-o", shapes, "--json");

        Assert.Equal("[256,256]", Manifest(256).Json().GetProperty("adapters")[0].GetProperty("ranks").ToString());
        Assert.Contains("linear blk.0.attn_q blk.0.attn_q 64   64    256  yes", File.ReadAllText(shapes));
        var refused = Manifest(257).ErrorJson();
        Assert.Equal("manifest.rank-too-high", refused.GetProperty("code").GetString());
        Assert.Contains("blk.0.attn_q.weight has the rank 257", refused.GetProperty("message").GetString());
    }

    [Fact]
    public void A_pickle_with_code_is_refused_by_every_verb()
    {
        using var folder = new TemporaryFolder();
        var model = SmallLora.WriteModel(folder);
        var path = DbfBuilder.Write(folder, "dbf", TorchBuilder.Save(TorchBuilder.Pickle("cos\nsystem\n", TorchBuilder.Text("true"), "\u0085R.")));
        string[][] verbs = [["inspect", path], ["run", model, "a", "--adapter", path], ["trace", model, "--ids", "1", "--adapter", path], ["convert", path, "--base", model, "-o", Path.Combine(folder.Path, "x.lordba")]];
        Assert.All(verbs, verb =>
        {
            var error = ToolRun.Of([.. verb, "--json"]).ErrorJson();
            Assert.Equal(("input", "adapter.unsafe-pickle"), (error.GetProperty("kind").GetString(), error.GetProperty("code").GetString()));
            Assert.Contains("os.system", error.GetProperty("message").GetString());
        });
    }

    private static double Nll(params string[] more)
    {
        var run = ToolRun.Of(["eval", Smol, "--data", SharedFiles.Require("data/home-intents/en.test.jsonl"), "--limit", "10", "--json", .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json().GetProperty("nll").GetDouble();
    }
}
