using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class StoreCommandTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    private string Store => Path.Combine(temporary.Path, "adapters");

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void An_adapter_is_added_activated_followed_and_rolled_back()
    {
        var (model, first, second) = Files();
        var added = Json("add", first);
        Assert.Equal(("added", "lora", false), (Only(added).GetProperty("role").GetString(), Only(added).GetProperty("name").GetString(), added.TryGetProperty("active", out _)));

        var digest = Only(added).GetProperty("digest").GetString()!;
        Assert.Equal(digest, Json("activate", digest, "--base", model).GetProperty("active").GetString());
        var next = Json("add", second).GetProperty("adapters")[1].GetProperty("digest").GetString()!;
        var updated = Json("activate", next[..12], "--base", model);
        Assert.Equal((next, digest), (updated.GetProperty("active").GetString(), updated.GetProperty("previous").GetString()));

        Assert.Equal(digest, Json("rollback").GetProperty("active").GetString());
        Assert.Equal(digest, Json("verify").GetProperty("active").GetString());
        Assert.Matches($"^ *Adapter +Role +Name +Bytes +Fault *\n *{digest[..12]} +active +lora ", ToolRun.Of("store", "list", Store).Out);
        Assert.Equal("store.no-previous", Refused(ExitCodes.BadInput, "rollback").GetProperty("code").GetString());
    }

    [Fact]
    public void An_adapter_that_does_not_answer_its_golden_prompts_is_refused_from_then_on()
    {
        string Committed(string file) => Path.Combine(SharedFiles.RepositoryRoot, "examples", "SmartHome", file);
        var model = Committed("model/home-base.gguf");
        var (english, german) = (FirstLines(Committed("data/en.test.jsonl")), FirstLines(Committed("data/de.test.jsonl")));
        var digest = Only(Json("add", Committed("model/home-en.lordba"))).GetProperty("digest").GetString()!;

        Assert.Equal(digest, Json("activate", digest, "--base", model, "--golden", english).GetProperty("active").GetString());
        var other = Json("add", Committed("model/home-de.lordba")).GetProperty("adapters")[1].GetProperty("digest").GetString()!;
        var error = Refused(ExitCodes.BadInput, "activate", other, "--base", model, "--golden", english);
        Assert.Equal("store.unhealthy", error.GetProperty("code").GetString());
        Assert.Matches(@"golden prompt \d: token \d+ of the answer is \d+ instead of \d+\.$", error.GetProperty("message").GetString());

        Assert.Equal((digest, $"[\"{other}\"]"), (Json("list").GetProperty("active").GetString(), Json("list").GetProperty("bad").ToString()));
        Assert.Equal("store.known-bad", Refused(ExitCodes.BadInput, "add", Committed("model/home-de.lordba")).GetProperty("code").GetString());
        Assert.Contains($"refused since it failed: {other[..12]}\n", ToolRun.Of("store", "list", Store).Out);
        Assert.Equal("store.unknown-adapter", Refused(ExitCodes.BadInput, "activate", other, "--base", model, "--golden", german).GetProperty("code").GetString());

        string FirstLines(string file)
        {
            var path = Path.Combine(temporary.Path, Path.GetFileName(file));
            File.WriteAllLines(path, File.ReadLines(file).Take(2));
            return path;
        }
    }

    [Fact]
    public void A_damaged_adapter_is_listed_with_its_fault_and_fails_the_verification()
    {
        var (_, first, _) = Files();
        var digest = Only(Json("add", first)).GetProperty("digest").GetString()!;
        File.WriteAllBytes(Path.Combine(Store, $"{digest}.lordba"), [1, 2, 3]);

        Assert.Contains($"{digest}.lordba", Only(Json("list")).GetProperty("fault").GetString());
        Assert.Equal("store.damaged-slot", Refused(ExitCodes.BadInput, "verify").GetProperty("code").GetString());
        Json("add", first);
        Assert.False(Only(Json("verify")).TryGetProperty("fault", out _));
    }

    [Fact]
    public void A_damaged_state_is_told()
    {
        Json("add", Files().First);
        File.WriteAllText(Path.Combine(Store, "state.0"), "x");
        var run = ToolRun.Of("store", "list", Store);

        Assert.Equal((ExitCodes.Done, "lordba: a copy of the state is damaged; the other one acts\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("rollback")]
    [InlineData("verify")]
    [InlineData("activate", "b24517db7cd6", "--base", "model.gguf")]
    public void Where_there_is_no_store_it_is_file_trouble_and_none_is_made(string action, params string[] more)
    {
        Assert.Equal("store.no-store", Refused(ExitCodes.File, action, more).GetProperty("code").GetString());
        Assert.False(Directory.Exists(Store));
    }

    [Theory]
    [InlineData("missing.lordba", ExitCodes.File, "gguf.cannot-open")]
    [InlineData("model-1.gguf", ExitCodes.BadInput, "adapter.not-lordba")]
    public void What_is_no_adapter_makes_no_store(string file, int exitCode, string code)
    {
        SmallLora.WriteModel(temporary);
        Assert.Equal(code, Refused(exitCode, "add", Path.Combine(temporary.Path, file)).GetProperty("code").GetString());
        Assert.False(Directory.Exists(Store));
    }

    [Theory]
    [InlineData("add needs an ADAPTER.", "add")]
    [InlineData("activate needs an ADAPTER.", "activate", "--base", "model.gguf")]
    [InlineData("activate needs --base, the model with which the adapter is tried.", "activate", "b245")]
    [InlineData("list takes no ADAPTER.", "list", "b245")]
    public void A_line_that_makes_no_sense_is_a_usage_error(string complaint, string action, params string[] more)
    {
        var run = ToolRun.Of(["store", action, Store, .. more]);

        Assert.Equal((ExitCodes.Usage, $"lordba: {complaint} Try 'lordba store --help'.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void An_unknown_action_is_a_usage_error() => Assert.Equal(ExitCodes.Usage, ToolRun.Of("store", "frobnicate", Store).ExitCode);

    /// <summary>A model and two adapters for it.</summary>
    private (string Model, string First, string Second) Files()
    {
        var model = SmallLora.WriteModel(temporary);
        var lora = SmallLora.Write(temporary);
        string Convert(int rank)
        {
            var path = Path.Combine(temporary.Path, $"{rank}.lordba");
            var run = ToolRun.Of("convert", lora, "--base", model, "-o", path, "--rank", $"{rank}");
            Assert.True(run.ExitCode == 0, run.Error);
            return path;
        }

        return (model, Convert(4), Convert(8));
    }

    private JsonElement Json(string action, params string[] more)
    {
        var run = ToolRun.Of(["store", action, Store, .. more, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json();
    }

    private JsonElement Refused(int exitCode, string action, params string[] more)
    {
        var run = ToolRun.Of(["store", action, Store, .. more, "--json"]);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        return run.ErrorJson();
    }

    private static JsonElement Only(JsonElement result) => Assert.Single(result.GetProperty("adapters").EnumerateArray());
}
