using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>From a press or a sentence to a line.</summary>
public abstract partial class PanelContract
{
    private static readonly TimeSpan ShortPress = TimeSpan.FromMilliseconds(150), LongPress = TimeSpan.FromMilliseconds(1200);

    [Theory]
    [InlineData(English)]
    [InlineData(German)]
    [Needs(NeedsAttribute.Lines)]
    public async Task PressDrivesTheLampOfTheHouseholdThatActs(string household)
    {
        if (household == German) board.Panel.Ask("!next", "household:", Patience);

        // The first press says "on", the next one "off"; where others have pressed before, the other way round.
        var isOn = board.Lines.LevelOf(PanelLine.Light);
        var first = await PressAndHear();
        var second = await PressAndHear();

        Assert.Equal((household, household), (first.Household, second.Household));
        var (on, off) = household == English ? ("light.orbi on", "light.orbi off") : ("[W4] AN", "[W4] AUS");
        Assert.Equal(isOn ? (off, on) : (on, off), (first.Text, second.Text));
        Assert.Equal(isOn, board.Lines.LevelOf(PanelLine.Light));
    }

    [Theory]
    [InlineData(English, "get the porch light going", "light.luma on", PanelLine.Light, true)]
    [InlineData(English, "turn the lamp by the armchair off", "light.orbi off", PanelLine.Light, false)]
    [InlineData(English, "put the bathroom heater on", "heat.coal on", PanelLine.Relay, true)]
    [InlineData(English, "can you shut off the ceiling fan", "plug.gale off", PanelLine.Relay, false)]
    [InlineData(German, "schalte die Küchenlampe an bitte", "[K2] AN", PanelLine.Light, true)]
    [InlineData(German, "Schalte die Leselampe aus", "[W4] AUS", PanelLine.Light, false)]
    [InlineData(German, "schalte die Pumpe im Garten an", "[P2] AN", PanelLine.Relay, true)]
    [InlineData(German, "stell den alten Ofen ab", "[H8] AUS", PanelLine.Relay, false)]
    [Needs(NeedsAttribute.Lines)]
    public void SentenceDrivesTheRightLineAndNoOther(string household, string command, string answer, PanelLine line, bool level)
    {
        if (household == German) board.Panel.Ask("!next", "household:", Patience);
        var other = line == PanelLine.Light ? PanelLine.Relay : PanelLine.Light;
        var before = board.Lines.ChangesOf(other);

        var said = Say(command);

        Assert.Equal((answer, household), (said.Text, said.Household));
        board.Lines.WaitFor(line, level, Patience);
        Assert.Equal(before, board.Lines.ChangesOf(other));
    }

    [Fact]
    [Needs(NeedsAttribute.Lines)]
    [Needs(NeedsAttribute.StateLines)]
    public async Task LongPressSwitchesTheHouseholdWhileAnAnswerIsGenerated()
    {
        const int Sentences = 40;
        for (var i = 0; i < Sentences; i++) board.Panel.Send("get the porch light going");
        board.Lines.WaitFor(PanelLine.Busy, true, Patience);
        await board.Press(LongPress, Cancellation);

        var answers = new List<PanelAnswer>();
        while (answers.Count < Sentences) answers.Add(PanelAnswer.Parse(board.Panel.Receive(line => line.StartsWith("answer:", StringComparison.Ordinal), Patience)));

        // Each sentence is answered, whole and by one household; first by the one, from the press on by the other.
        var switched = answers.FindIndex(answer => answer.Household == German);
        Tell($"{Sentences} sentences were being answered; the long press switched after {switched}");
        Assert.InRange(switched, 1, Sentences - 1);
        Assert.All(answers[..switched], answer => Assert.Equal((English, "light.luma on"), (answer.Household, answer.Text)));
        Assert.All(answers[switched..], answer => Assert.Equal(German, answer.Household));
        Assert.Single(answers[..switched].Select(answer => answer.Digest).Distinct());
        Assert.Single(answers[switched..].Select(answer => answer.Digest).Distinct());
    }

    [Fact]
    [Needs(NeedsAttribute.Burst)]
    public void ThousandEdgesInABurstLoseNone()
    {
        const int Edges = 1000;
        var before = Status();
        board.Burst(Edges);
        var after = WaitForStatus(status => status.Edges >= before.Edges + Edges, "counted all edges");
        Assert.Equal((before.Edges + Edges, before.Dropped), (after.Edges, after.Dropped));
    }

    private async Task<PanelAnswer> PressAndHear()
    {
        await board.Press(ShortPress, Cancellation);
        return PanelAnswer.Parse(board.Panel.Receive(line => line.StartsWith("button:", StringComparison.Ordinal), Patience));
    }

    /// <summary>Asks until the status is as wanted; the last one if that takes too long, which an assertion then tells.</summary>
    private PanelStatus WaitForStatus(Func<PanelStatus, bool> isThere, string what)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var status = Status();
            if (isThere(status)) return status;
            Thread.Sleep(100);
        }
        Tell($"never {what}");
        return Status();
    }
}
