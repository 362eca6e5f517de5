using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>One board for all tests of a class: made and switched on for the first, given back after the last.</summary>
public abstract class BoardFixture : IAsyncLifetime
{
    private Board? board;
    private Exception? absence;

    /// <summary>The board, switched on. Where it cannot be had, the test is skipped with the reason.</summary>
    internal Board Board => board ?? throw absence!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        try
        {
            board = await Create(TestContext.Current.CancellationToken);
        }
        catch (Exception skip) when (skip.Message.StartsWith(DynamicSkipToken, StringComparison.Ordinal))
        {
            absence = skip;     // each test tells it
            return;
        }
        await board.PowerOn(TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (board is not null) await board.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>With what xunit marks an exception that skips.</summary>
    private const string DynamicSkipToken = "$XunitDynamicSkip$";

    /// <summary>Makes the board; it is off.</summary>
    internal abstract Task<Board> Create(CancellationToken cancellation);
}
