namespace LoRDBA.Examples.HomePanel.Tests;

public sealed class CommandTests
{
    [Fact]
    public void Each_household_answers_in_its_own_words_and_drives_the_line_that_they_mean()
    {
        using var panel = new PanelProcess([]);
        Assert.Equal("answer: light.orbi on | household=Alder Cottage | digest=b24517db7cd6 | light=on", panel.Ask("turn on the lamp by the armchair"));
        Assert.Equal("answer: plug.gale off | household=Alder Cottage | digest=b24517db7cd6 | relay=off", panel.Ask("can you shut off the ceiling fan"));
        Assert.Equal("answer: sound.brio report | household=Alder Cottage | digest=b24517db7cd6 | driven=none", panel.Ask("check the kitchen radio"));
        Assert.Equal("switched: household=Haus Lindenhof | digest=89e97ba764ad", panel.Ask("!next"));
        Assert.Equal("answer: [P2] AUS | household=Haus Lindenhof | digest=89e97ba764ad | relay=off", panel.Ask("Die Pumpe im Garten aus"));
        Assert.Equal("switched: household=Alder Cottage | digest=b24517db7cd6", panel.Ask("!next"));

        var status = panel.Status();
        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.True(status.GetProperty("alive").GetBoolean());
        Assert.Equal("Alder Cottage", status.GetProperty("household").GetString());
        Assert.Equal(4, status.GetProperty("commands").GetInt32());
        Assert.InRange(status.GetProperty("rssAnon").GetInt64(), 1 << 20, 1 << 30);
        Assert.Equal(0, panel.Finish().ExitCode);
    }

    [Fact]
    public void Nothing_that_was_said_is_in_the_log()
    {
        using var panel = new PanelProcess([]);
        panel.Ask("turn on the lamp by the armchair");
        panel.Ask(new string('x', 5000));
        var (code, log) = panel.Finish();
        Assert.Equal(0, code);
        Assert.Contains("Alder Cottage acts", log, StringComparison.Ordinal);
        Assert.DoesNotContain("armchair", log, StringComparison.Ordinal);
        Assert.DoesNotContain("orbi", log, StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("!frobnicate", "error: '!frobnicate' is no command of the panel.")]
    [InlineData("!hang", "error: '!hang' is no command of the panel.")]
    [InlineData("!update", "error: '!update' is no command of the panel.")]
    [InlineData("!update nowhere.lordba", "error: There is no adapter store.")]
    public void What_cannot_be_done_is_said_and_the_panel_goes_on(string command, string message)
    {
        using var panel = new PanelProcess([]);
        Assert.StartsWith(message, panel.Ask(command), StringComparison.Ordinal);
        Assert.StartsWith("sensor: temperature=21.50 C | humidity=45.00 % | device=simulated", panel.Ask("!sensor"), StringComparison.Ordinal);
        Assert.Equal("quit: the panel stops", panel.Ask("!quit"));
        Assert.Equal(0, panel.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_command_that_is_too_long_is_refused_whole()
    {
        using var panel = new PanelProcess([]);
        Assert.StartsWith("error: ", panel.Ask(string.Join(' ', Enumerable.Repeat("lamp", 2000))), StringComparison.Ordinal);
        Assert.StartsWith("answer: light.orbi on", panel.Ask("turn on the lamp by the armchair"), StringComparison.Ordinal);
    }
}
