namespace LoRDBA.Examples.HomePanel.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("panel-store").FullName;

    private static string German => Path.Combine(AppContext.BaseDirectory, "model", "home-de.lordba");

    private string Store => $"--Store:Folder={Path.Combine(folder, "store")}";

    [Fact]
    public void An_update_serves_its_household_and_still_does_after_a_restart()
    {
        using (var panel = new PanelProcess([Store]))
        {
            Assert.Equal("Alder Cottage", panel.Status().GetProperty("household").GetString());
            Assert.Equal("update: household=Haus Lindenhof | digest=89e97ba764ad", panel.Ask($"!update {German}"));
            Assert.StartsWith("answer: [P2] AUS | household=Haus Lindenhof", panel.Ask("Die Pumpe im Garten aus"), StringComparison.Ordinal);
            Assert.Equal(0, panel.Finish().ExitCode);
        }
        using (var panel = new PanelProcess([Store]))
        {
            Assert.Equal("Haus Lindenhof", panel.Status().GetProperty("household").GetString());
            Assert.Equal(0, panel.Finish().ExitCode);
        }
    }

    [Fact]
    public void An_update_that_does_not_give_the_golden_answers_is_refused_from_then_on_and_changes_nothing()
    {
        using var panel = new PanelProcess([Store, "--Households:1:Golden:wie steht die Teichpumpe?=[P2] AN"]);
        Assert.Contains("failed its health check", panel.Ask($"!update {German}"), StringComparison.Ordinal);
        Assert.Equal("Alder Cottage", panel.Status().GetProperty("household").GetString());
        Assert.StartsWith("error: ", panel.Ask($"!update {German}"), StringComparison.Ordinal);
        Assert.StartsWith("answer: light.orbi on", panel.Ask("turn on the lamp by the armchair"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_of_no_household_is_refused()
    {
        using var panel = new PanelProcess([Store, "--Households:1:Name=Somewhere else"]);
        Assert.Contains("no household is called 'Haus Lindenhof'", panel.Ask($"!update {German}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Three_starts_that_end_before_anything_was_answered_bring_the_adapter_before_back()
    {
        using (var panel = new PanelProcess([Store])) panel.Ask($"!update {German}");
        // Killed, as by a crash, before any answer: the fourth start goes without the adapter.
        for (var i = 0; i < 3; i++)
        {
            using var panel = new PanelProcess([Store]);
            Assert.Equal("Haus Lindenhof", panel.Status().GetProperty("household").GetString());
        }
        using var last = new PanelProcess([Store]);
        Assert.Equal("Alder Cottage", last.Status().GetProperty("household").GetString());
    }

    [Fact]
    public void A_store_that_cannot_be_opened_is_logged_and_the_panel_serves_without_it()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        using var panel = new PanelProcess([$"--Store:Folder={file}"]);
        Assert.StartsWith("answer: light.orbi on", panel.Ask("turn on the lamp by the armchair"), StringComparison.Ordinal);
        Assert.Contains("The adapter store does not work", panel.Finish().Log, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
