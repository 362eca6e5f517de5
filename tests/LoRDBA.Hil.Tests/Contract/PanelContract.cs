using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>
/// What the panel (examples/HomePanel) does on any board. Each bench has a class of its own below it; what a board lacks is skipped with
/// the reason. The tests leave the panel running, in the English household, cool and with the button let go.
/// </summary>
public abstract partial class PanelContract : IAsyncLifetime
{
    private const string English = "Alder Cottage", German = "Haus Lindenhof";

    /// <summary>An answer at any load of this machine; what is asserted is never a time of this machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Board board;

    /// <param name="fixture">Has the board; the test is skipped where it has none.</param>
    protected PanelContract(BoardFixture fixture) => board = fixture.Board;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Skips what this board cannot do, and begins with the English household.</summary>
    public ValueTask InitializeAsync()
    {
        var traits = TestContext.Current.TestCase!.Traits;
        if (traits.TryGetValue(NeedsAttribute.Trait, out var needs))
            foreach (var need in needs) Assert.SkipUnless(board.Has.Contains(need), $"this board has no {need}");
        board.Record.Line($"-- {TestContext.Current.Test!.TestDisplayName}");
        if (Status().Household != English) board.Panel.Ask("!next", "switched:", Patience);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private PanelStatus Status() => PanelStatus.Parse(board.Panel.Ask("!status", "{", Patience));

    /// <summary>
    /// Says something to the panel; what it answers. A serial line without flow control may lose a byte of a line, so a sentence is said
    /// twice at most, and the second time is reported. A panel that hangs answers neither.
    /// </summary>
    private PanelAnswer Say(string command)
    {
        try
        {
            return PanelAnswer.Parse(board.Panel.Ask(command, "answer:", Patience));
        }
        catch (TimeoutException error)
        {
            board.Record.Retry($"{command}: {error.Message}");
            Tell($"said again: {command}");
            return PanelAnswer.Parse(board.Panel.Ask(command, "answer:", Patience));
        }
    }

    private static void Tell(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
