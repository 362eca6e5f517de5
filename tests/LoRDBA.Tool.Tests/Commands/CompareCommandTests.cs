using System.Text;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model = SharedFiles.Require("models/tiny-llama.gguf");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_measures_everything_once_and_writes_a_page_that_a_browser_shows_without_asking_anyone()
    {
        var run = Compare();
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches("LoRDBA +rank 4", run.Out);
        Assert.Contains("From 8 to 32 times smaller than fp16", run.Out);

        // What was measured is read again: a result that was changed by hand shows.
        var results = Directory.GetFiles(Path.Combine(folder.Path, "report", "results"));
        Assert.InRange(results.Length, 15, 40);
        foreach (var file in results) File.WriteAllText(file, """{"tokens":1,"nll":7.25,"exact_match":1}""");
        var points = Compare("--json").Json().GetProperty("points");
        Assert.All(points.EnumerateArray(), point => Assert.Equal(7.25, point.GetProperty("nll").GetDouble()));

        // One that is damaged is measured again.
        File.WriteAllText(results[0], "{");
        Assert.Contains(Compare("--json").Json().GetProperty("points").EnumerateArray(), point => point.GetProperty("nll").GetDouble() != 7.25);

        var (document, console, requests) = Browser.Open(Path.Combine(folder.Path, "report", "report.html"), folder);
        Assert.Empty(console);
        Assert.Empty(requests);
        Assert.Equal(2, document.Split("<svg").Length - 1);
        Assert.InRange(document.Split("class=\"point\"").Length - 1, 30, 100);
        Assert.Contains("one binary factor", document);
    }

    [Fact]
    public void A_browser_that_is_shown_a_page_with_faults_tells_them()
    {
        var page = folder.Write("bad.html", """<!DOCTYPE html><script>console.error("boo")</script><img src="http://example.invalid/x.png">"""u8.ToArray());
        var (_, console, requests) = Browser.Open(page, folder);
        Assert.Contains("boo", Assert.Single(console));
        Assert.Equal("http://example.invalid/x.png", Assert.Single(requests));
    }

    private ToolRun Compare(params string[] more)
    {
        var lora = Path.Combine(folder.Path, "adapter_config.json");
        if (!File.Exists(lora))
        {
            using var loaded = Model.Load(model);
            RandomPeft.Write(folder, loaded, 4);
        }
        var data = folder.Write("data.jsonl", Encoding.UTF8.GetBytes("""{"prompt": "Good", "completion": " evening"}"""));
        return ToolRun.Of(["compare", "--base", model, "--adapter", folder.Path, "--data", data, "-o", Path.Combine(folder.Path, "report"), "--threads", "2", .. more]);
    }
}
