using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class AnalyzeCommandTests
{
    [Fact]
    public void It_tells_each_kind_and_each_tensor()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["analyze", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder)];
        Assert.Matches("attn_q +1 +0\\.\\d{3}", ToolRun.Of(command).Out);

        var result = ToolRun.Of([.. command, "--json"]).Json();
        Assert.Equal(2, result.GetProperty("tensors").GetArrayLength());
        var tensor = result.GetProperty("tensors")[0];
        Assert.Equal(("blk.0.attn_q.weight", 4), (tensor.GetProperty("name").GetString(), tensor.GetProperty("energy").GetArrayLength()));
        Assert.True(tensor.GetProperty("error").GetDouble() < tensor.GetProperty("bound").GetDouble());
        Assert.Equal("Gaussian", result.GetProperty("samples")[0].GetProperty("distribution").GetString());
    }

    [Fact]
    public void Its_page_shows_in_a_browser_without_asking_anyone()
    {
        using var folder = new TemporaryFolder();
        var page = Path.Combine(folder.Path, "analysis.html");
        Assert.Equal(0, ToolRun.Of("analyze", SmallLora.Write(folder), "--base", SmallLora.WriteModel(folder), "--html", page).ExitCode);

        var (document, console, requests) = Browser.Open(page, folder);
        Assert.Empty(console);
        Assert.Empty(requests);
        Assert.Equal(3, document.Split("<svg").Length - 1);
        Assert.Contains("Laplace", document);
    }

    [Fact]
    public void What_is_no_LoRA_has_nothing_to_analyse()
    {
        using var folder = new TemporaryFolder();
        string model = SmallLora.WriteModel(folder), output = Path.Combine(folder.Path, "home.lordba");
        ToolRun.Of("convert", SmallLora.Write(folder), "--base", model, "-o", output);
        var run = ToolRun.Of("analyze", output, "--base", model);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("is no LoRA", run.Error);
    }
}
