using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>The contract on the emulated board.</summary>
public sealed class EmulatedBoardTests(EmulatedBoardTests.Fixture fixture) : PanelContract(fixture), IClassFixture<EmulatedBoardTests.Fixture>
{
    public sealed class Fixture : BoardFixture
    {
        internal override async Task<Board> Create(CancellationToken cancellation) => await EmulatedBoard.Create(cancellation);
    }
}
