using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>
/// The contract on a real board: LORDBA_HIL_HOST names it for ssh, LORDBA_HIL_POWER_OFF and the like switch its power where a lab can
/// (<see cref="BoardPower"/>), and LORDBA_HIL_CONSOLE is a command that prints its console.
/// </summary>
public sealed class RealBoardTests(RealBoardTests.Fixture fixture) : PanelContract(fixture), IClassFixture<RealBoardTests.Fixture>
{
    public sealed class Fixture : BoardFixture
    {
        private LabConsole? console;

        internal override async Task<Board> Create(CancellationToken cancellation)
        {
            var name = Environment.GetEnvironmentVariable("LORDBA_HIL_HOST");
            Assert.SkipWhen(string.IsNullOrEmpty(name), "needs a real board: set LORDBA_HIL_HOST to what ssh takes (docs/hardware-in-the-loop.md)");
            var host = new SshHost(name!, [], new Dictionary<string, string>());
            var board = await SshBoard.Create("real", host, "/var/tmp/lordba-hil", Wiring.RaspberryPi, BoardPower.OfLab(), cancellation);
            console = LabConsole.Start(board.Record);
            return board;
        }

        /// <inheritdoc/>
        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            console?.Dispose();
        }
    }
}
