namespace LoRDBA.Tool.Reports;

/// <summary>What an axis shows and how.</summary>
/// <param name="Label">With its unit.</param>
/// <param name="IsLogarithmic">Whether equal ratios take equal lengths; values must then be above 0.</param>
/// <param name="Least">Values below are left out.</param>
/// <param name="Most">Values above are left out.</param>
internal sealed record PlotAxis(string Label, bool IsLogarithmic = false, double Least = double.NegativeInfinity, double Most = double.PositiveInfinity)
{
    /// <summary>Whether a value has a place on it.</summary>
    public bool CanShow(double value) => double.IsFinite(value) && value >= Least && value <= Most && (!IsLogarithmic || value > 0);

    /// <summary>The range of values that can be shown, with a little room around it, and its ticks.</summary>
    public AxisScale ScaleFor(IReadOnlyList<double> values)
    {
        double Map(double value) => IsLogarithmic ? Math.Log10(value) : value;
        var (least, most) = values.Count == 0 ? (Map(1), Map(10)) : (values.Min(Map), values.Max(Map));
        var room = most > least ? 0.05 * (most - least) : 0.5;
        (least, most) = (least - room, most + room);
        var ticks = IsLogarithmic ? LogTicks(Math.Pow(10, least), Math.Pow(10, most)) : LinearTicks(least, most);
        return new AxisScale(value => (Map(value) - least) / (most - least), ticks);
    }

    /// <summary>1, 2 and 5 times powers of ten; finer where the range holds few of them.</summary>
    private static List<double> LogTicks(double least, double most)
    {
        List<double> Of(double[] steps)
        {
            var ticks = new List<double>();
            for (var power = Math.Pow(10, Math.Floor(Math.Log10(least))); power <= most; power *= 10)
                ticks.AddRange(steps.Select(step => step * power).Where(tick => tick >= least && tick <= most));
            return ticks;
        }

        var ticks = Of([1, 2, 5]);
        if (ticks.Count < 4) ticks = Of([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]);
        return ticks.Count >= 3 ? ticks : LinearTicks(least, most);
    }

    private static List<double> LinearTicks(double least, double most)
    {
        var rough = (most - least) / 6;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        var ticks = new List<double>();
        for (var i = Math.Ceiling(least / step); i * step <= most; i++) ticks.Add(i * step);
        return ticks;
    }
}

/// <summary>An axis with its range.</summary>
/// <param name="Share">Where a value lies, from 0 at the start to 1 at the end.</param>
/// <param name="Ticks">Values to mark.</param>
internal sealed record AxisScale(Func<double, double> Share, IReadOnlyList<double> Ticks);
