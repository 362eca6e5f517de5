using System.Globalization;
using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>Start, stop, hang.</summary>
public abstract partial class PanelContract
{
    [Fact]
    public void StopsCleanlyWithinASecondOfTheBoardsTime()
    {
        board.Panel.Send("get the porch light going");
        var (seconds, exitCode) = board.StopPanel();
        Tell($"SIGTERM to the end: {seconds:0.00} s of the board's time, exit code {exitCode}");
        board.Record.Set("clean stop, s of the board's time", seconds);
        board.StartPanel();
        Assert.Equal(0, exitCode);
        Assert.InRange(seconds, 0, 1);
        Assert.Equal("light.luma on", Say("get the porch light going").Text);
    }

    [Fact]
    [Needs(NeedsAttribute.StateLines)]
    public void ReadyIsHighOnlyWhileThePanelAnswers()
    {
        Assert.True(board.Lines.LevelOf(PanelLine.Ready));
        board.StopPanel();
        board.Lines.WaitFor(PanelLine.Ready, false, Patience);
        board.StartPanel();
        board.Lines.WaitFor(PanelLine.Ready, true, Patience);
        Assert.True(Status().Ready);
    }

    [Fact]
    [Needs(NeedsAttribute.Supervisor)]
    [Needs(NeedsAttribute.StateLines)]
    public void WatchdogRestartsAPanelThatHangs()
    {
        var before = Restarts();
        var changes = board.Lines.ChangesOf(PanelLine.Ready);
        board.Panel.Ask("!hang", "hang:", Patience);

        // Ready stays high over the kill: nobody is there to lower it. The next panel lowers it first, and raises it when it can answer.
        board.Lines.WaitForChange(PanelLine.Ready, changes + 1, TimeSpan.FromSeconds(60));
        Assert.Equal("light.luma on", Say("get the porch light going").Text);
        Assert.Equal(before + 1, Restarts());
        Assert.Contains("Watchdog timeout", File.ReadAllText(board.Record.ConsoleLog), StringComparison.Ordinal);
    }

    [Fact]
    [Needs(NeedsAttribute.PowerCut)]
    public async Task PanelAnswersAfterPowerOn()
    {
        await board.PowerOff(Cancellation);
        await board.PowerOn(Cancellation);
        Assert.Equal("light.luma on", Say("get the porch light going").Text);
        var answered = board.Uptime();
        Tell($"power-on to the first answer: {answered:0.00} s of the board's time");
        board.Record.Set("power-on to the first answer, s of the board's time", answered);
    }

    private int Restarts() => int.Parse(board.Shell.Run("systemctl show home-panel -p NRestarts --value"), CultureInfo.InvariantCulture);
}
