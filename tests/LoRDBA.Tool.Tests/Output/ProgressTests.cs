using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Tests.Output;

public sealed class ProgressTests
{
    private sealed class SetClock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }

    [Fact]
    public void A_log_gets_nothing_in_the_first_second_and_then_a_line_every_ten()
    {
        var clock = new SetClock();
        using var log = new StringWriter();
        using (var progress = new Progress(Context(clock, log, terminal: false), "eval"))
        {
            foreach (var second in (double[])[0.5, 1, 5, 10, 11, 20])
            {
                clock.Seconds = second;
                progress.Report((long)second, 20);
            }
        }

        Assert.Equal("eval 1/20 (5 %), 1 s\neval 11/20 (55 %), 11 s\n", log.ToString());
    }

    [Fact]
    public void A_terminal_gets_one_line_that_is_rewritten_and_wiped()
    {
        var clock = new SetClock();
        using var terminal = new StringWriter();
        using (var progress = new Progress(Context(clock, terminal, terminal: true), "eval"))
        {
            clock.Seconds = 1;
            progress.Report(1, 2, "nll 0.5");
            clock.Seconds = 1.05;
            progress.Report(1, 2, "too early");
            clock.Seconds = 1.2;
            progress.Report(2, 2);
        }

        Assert.Equal("\reval 1/2 (50 %), 1 s, nll 0.5\reval 2/2 (100 %), 1 s        \r                     \r", terminal.ToString());
    }

    private static ToolContext Context(TimeProvider clock, TextWriter error, bool terminal) => new()
    {
        Out = new(TextWriter.Null),
        Error = new(error),
        In = TextReader.Null,
        OutIsTerminal = false,
        ErrorIsTerminal = terminal,
        Clock = clock,
        Interrupted = CancellationToken.None,
    };
}
