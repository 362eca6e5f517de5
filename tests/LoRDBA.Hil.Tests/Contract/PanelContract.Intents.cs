using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>From a press or a sentence to a line.</summary>
public abstract partial class PanelContract
{
    /// <summary>Between the debounce time and that of a long press.</summary>
    private const double ShortPress = 0.15;

    [Theory]
    [InlineData(English)]
    [InlineData(German)]
    [Needs(NeedsAttribute.Lines)]
    public void PressDrivesTheLampOfTheHouseholdThatActs(string household)
    {
        if (household == German) board.Panel.Ask("!next", "switched:", Patience);

        var answers = new[] { PressAndHear(), PressAndHear() };

        Assert.All(answers, answer => Assert.Equal(household, answer.Household));
        string[] texts = household == English ? ["light.orbi on", "light.orbi off"] : ["[W4] AN", "[W4] AUS"];
        Assert.Equal(texts.Order(), answers.Select(answer => answer.Text).Order());     // which comes first depends on the presses before
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
        if (household == German) board.Panel.Ask("!next", "switched:", Patience);
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
    public void LongPressSwitchesTheHouseholdWhileAnAnswerIsGenerated()
    {
        // Some sentences wait at any time, so that the button is held while answers are generated, until the other household answers.
        const int Waiting = 4, Most = 1000;
        var sent = 0;
        void Send()
        {
            board.Panel.Send("get the porch light going");
            sent++;
        }
        while (sent < Waiting) Send();
        board.Lines.WaitFor(PanelLine.Busy, true, Patience);
        board.Drive(PanelLine.Button, true);
        var answers = new List<PanelAnswer>();
        while (answers.Count < sent)
        {
            answers.Add(PanelAnswer.Parse(board.Panel.Receive(line => line.StartsWith("answer:", StringComparison.Ordinal), Patience)));
            if (answers[^1].Household == English && sent < Most) Send();
        }
        board.Drive(PanelLine.Button, false);

        // Each sentence is answered, whole and by one household; first by the one, from the press on by the other.
        var switched = answers.FindIndex(answer => answer.Household == German);
        Tell($"{answers.Count} sentences were answered one after the other; the long press switched after {switched}");
        Assert.InRange(switched, 1, answers.Count - 1);
        Assert.All(answers[..switched], answer => Assert.Equal((English, "light.luma on"), (answer.Household, answer.Text)));
        Assert.All(answers[switched..], answer => Assert.Equal(German, answer.Household));
        Assert.Single(answers[..switched].Select(answer => answer.Digest).Distinct());
        Assert.Single(answers[switched..].Select(answer => answer.Digest).Distinct());
    }

    [Fact]
    [Needs(NeedsAttribute.Burst)]
    public void ThousandEdgesInBurstsLoseNone()
    {
        // The kernel keeps 16 edges of a line for a program that reads them (uAPI v1): a burst stays below that, whatever the load here is.
        const int Bursts = 100, Edges = 10;
        var before = Status();
        for (var i = 1; i <= Bursts; i++)
        {
            board.Burst(Edges);
            var after = WaitForStatus(status => status.Edges >= before.Edges + i * Edges, "counted all edges");
            Assert.Equal((before.Edges + i * Edges, before.Dropped), (after.Edges, after.Dropped));
        }
    }

    /// <summary>A press, what the panel answers, and the lamp that follows the answer.</summary>
    private PanelAnswer PressAndHear()
    {
        board.Press(ShortPress);
        var answer = PanelAnswer.Parse(board.Panel.Receive(line => line.StartsWith("button:", StringComparison.Ordinal), Patience));
        board.Lines.WaitFor(PanelLine.Light, answer.Text.EndsWith(" on", StringComparison.Ordinal) || answer.Text.EndsWith(" AN", StringComparison.Ordinal), Patience);
        return answer;
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
