using LoRDBA.Runtime.Inference;
using LoRDBA.Tests;
using UnitsNet;

namespace LoRDBA.Boards.Tests;

public sealed class GovernorTests
{
    private readonly Clock clock = new();

    [Fact]
    public void Heat_takes_a_level_per_period_down_to_the_last_and_calm_gives_them_back()
    {
        using var board = FakeBoard.RaspberryPi5();
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 3, options: null, clock);
        var seen = new List<GovernorDecision>();
        governor.Changed += seen.Add;

        Assert.Equal((0, 3, 0), Of(governor.Step()));
        board.Celsius = 75;
        (int, double)[] expected = [(3, 0.5), (2, 0), (2, 0.5), (1, 0), (1, 0.5), (1, 1), (1, 2), (1, 4), (1, 4)];
        Assert.Equal(expected, expected.Select(_ => After(governor)).Select(decision => (decision.Threads, decision.Pause)));
        Assert.Equal(8, governor.MaxLevel);
        Assert.All(seen, decision => Assert.Equal((GovernorReason.Temperature, 75), (decision.Reason, decision.Temperature!.Value.DegreesCelsius)));
        Assert.Equal(8, seen.Count);

        board.Celsius = 72;
        for (var i = 0; i < 10; i++) Assert.Equal(8, After(governor).Level);
        board.Celsius = 69.9;
        Assert.Equal([8, 8, 7, 7, 7, 6], Enumerable.Range(0, 6).Select(_ => After(governor).Level));
        Assert.Equal(GovernorReason.Recovery, governor.Current.Reason);
    }

    [Fact]
    public void Within_a_period_it_looks_once()
    {
        using var board = FakeBoard.RaspberryPi5();
        board.Celsius = 90;
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 2, options: null, clock);
        Assert.Equal(1, governor.Step().Level);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(1, governor.Step().Level);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, governor.Step().Level);
    }

    [Fact]
    public void Power_has_a_limit_and_a_hysteresis_of_its_own()
    {
        using var board = FakeBoard.JetsonOrin();
        var options = new GovernorOptions { MaxPower = Power.FromWatts(10), CalmPeriods = 1 };
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 2, options, clock);
        board.Watts = 10;
        Assert.Equal((1, GovernorReason.Power), (After(governor).Level, governor.Current.Reason));
        board.Watts = 9.5;
        Assert.Equal(1, After(governor).Level);
        board.Watts = 8.5;
        Assert.Equal(0, After(governor).Level);
    }

    [Theory]
    [InlineData(Throttling.UnderVoltage, 1)]
    [InlineData(Throttling.UnderVoltageOccurred, 0)]
    public void Throttling_counts_while_it_acts(Throttling flags, int level)
    {
        using var board = FakeBoard.RaspberryPi5();
        board.Throttled = (uint)flags;
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 2, options: null, clock);
        Assert.Equal(level, After(governor).Level);
    }

    [Fact]
    public void A_machine_that_measures_nothing_runs_at_full_speed()
    {
        using var board = new FakeBoard();
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 4, options: null, clock);
        for (var i = 0; i < 5; i++) Assert.Equal((0, 4, 0), Of(After(governor)));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var board = FakeBoard.JetsonOrin();
        using var governor = new Governor(new BoardTelemetry(board.Root), threads: 4, new GovernorOptions { MaxPower = Power.FromWatts(10) }, clock);
        double[] celsius = [60, 80];
        for (var i = 0; i < 4; i++) Round(celsius[i % 2]);
        Assert.Equal(0, Enumerable.Range(0, 20).Sum(i => Round(celsius[i % 2])));

        long Round(double degrees)
        {
            board.Celsius = degrees;
            clock.Advance(TimeSpan.FromSeconds(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            governor.Step();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Pacing_sets_the_engine_s_threads_and_rests_and_the_answer_keeps_its_bits()
    {
        using var board = FakeBoard.RaspberryPi5();
        using var model = new TinyModel().Load();
        using var engine = model.CreateEngine(new() { Threads = 3 });
        using var governor = new Governor(new BoardTelemetry(board.Root), engine.Threads, options: null, clock);
        board.Celsius = 80;

        using var paced = engine.CreateSequence();
        using var alone = model.CreateSequence(engineOptions: new() { Threads = 1 });
        var threads = new List<int>();
        for (var token = 1; token < 8; token++)
        {
            Assert.Equal(alone.Prefill([token]), paced.Prefill([token]));
            governor.Pace(engine, TimeSpan.FromTicks(1), TestContext.Current.CancellationToken);
            threads.Add(engine.ActiveThreads);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([3, 2, 2, 1, 1, 1, 1], threads);
    }

    [Fact]
    public void Impossible_options_are_refused_by_name()
    {
        using var board = new FakeBoard();
        using var telemetry = new BoardTelemetry(board.Root);
        void Refused(string name, int threads, GovernorOptions options) =>
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new Governor(telemetry, threads, options)).ParamName);
        Refused("threads", 0, new());
        Refused(nameof(GovernorOptions.MinThreads), 2, new() { MinThreads = 3 });
        Refused(nameof(GovernorOptions.CalmPeriods), 2, new() { CalmPeriods = 0 });
        Refused(nameof(GovernorOptions.Period), 2, new() { Period = TimeSpan.Zero });
    }

    private GovernorDecision After(Governor governor)
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        return governor.Step();
    }

    private static (int, int, double) Of(GovernorDecision decision) => (decision.Level, decision.Threads, decision.Pause);

    private sealed class Clock : TimeProvider
    {
        private long ticks = 1_000_000_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan time) => ticks += time.Ticks;
    }
}
