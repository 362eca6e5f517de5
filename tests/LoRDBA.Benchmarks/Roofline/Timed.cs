namespace LoRDBA.Benchmarks.Roofline;

/// <summary>Something that is timed in every round, by processor time: other programs on the machine do not count against it.</summary>
/// <param name="run">One run.</param>
internal sealed class Timed(Action run)
{
    /// <summary>Seconds that a round's runs take together: the clock of processor time is told in microseconds.</summary>
    private const double RoundSeconds = 0.01;

    private readonly List<double> seconds = [];
    private int repeat;

    /// <summary>Seconds of a run, in each round.</summary>
    public IReadOnlyList<double> Seconds => seconds;

    /// <summary>Times one round; the first call only finds out how many runs fill one.</summary>
    public void Round()
    {
        if (repeat == 0)
        {
            run(); // Compiled and paged in.
            for (repeat = 1; Time() < RoundSeconds; repeat *= 2) { }
            return;
        }
        seconds.Add(Time() / repeat);
    }

    private double Time()
    {
        var start = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < repeat; i++) run();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }
}
