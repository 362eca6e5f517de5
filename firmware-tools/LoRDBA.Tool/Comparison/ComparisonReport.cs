using System.Globalization;
using LoRDBA.Tool.Output;
using LoRDBA.Tool.Reports;

namespace LoRDBA.Tool.Comparison;

/// <summary>A comparison for people: a page with the frontier of quality against bytes, and rows of a table.</summary>
internal static class ComparisonReport
{
    /// <summary>Headings of <see cref="Row"/>.</summary>
    public static string[] Headings { get; } = ["method", "setting", "#bytes", "#smaller", "#bits a channel", "#NLL", "#exact match", "dominated by"];

    /// <summary>A point as cells.</summary>
    public static string[] Row(ComparisonPoint point)
    {
        string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        return
        [
            point.Family, point.Setting, FactList.Number(point.Bytes), point.Smaller is { } smaller ? Number(smaller, "0.0") + "x" : "", Number(point.BitsPerChannel, "0.0"),
            Number(point.Nll, "0.0000"), Number(point.ExactMatch, "0.000"), point.DominatedBy ?? "",
        ];
    }

    /// <summary>What the comparison says about sizes from 8 to 32 times smaller than fp16, one sentence a line.</summary>
    public static IEnumerable<string> Verdict(ComparisonResult result) => result.Beaten.Count == 0
        ? ["From 8 to 32 times smaller than fp16, a LoRDBA of the same size or less is at or below every baseline's NLL."]
        : result.Beaten.Select(ahead => $"A baseline is ahead: {ahead}.").Prepend("From 8 to 32 times smaller than fp16, a LoRDBA of the same size or less is at or below every baseline's NLL but for these:");

    /// <summary>The page.</summary>
    public static string ToHtml(ComparisonResult result)
    {
        var page = new HtmlPage($"{result.Adapter} on {result.Base}: quality against bytes")
            .Paragraph($"{result.Lines} lines, {result.Tokens} completion tokens. NLL: nats lost per completion token. Bytes: codes, scales and zero points; of a LoRDBA the whole file.");
        foreach (var sentence in Verdict(result)) page.Paragraph(sentence);

        var stored = result.Points.Where(point => point.Smaller is not null).ToArray();
        var best = stored.Min(point => point.Nll);
        page.Plot(Frontier("NLL against size", stored, best, double.PositiveInfinity)).Plot(Frontier("The same, close to the best", stored, best, 1.5 * best));
        return page.Heading("All that was measured")
            .Table([.. Headings.Select(heading => heading.TrimStart('#'))], result.Points.Select(point => (Row(point), point.DominatedBy is not null))).ToString();
    }

    private static SvgPlot Frontier(string title, ComparisonPoint[] points, double least, double most)
    {
        var plot = new SvgPlot(title, new PlotAxis("kilobytes", IsLogarithmic: true), new PlotAxis("NLL per token", IsLogarithmic: true, 0.95 * least, most));
        foreach (var family in points.GroupBy(point => point.Family).OrderBy(family => family.Key != Candidate.Lordba))
        {
            ComparisonPoint[] ordered = [.. family.OrderBy(point => point.Bytes)];
            plot.Add(new PlotSeries(
                family.Key, [.. ordered.Select(point => (point.Bytes / 1000.0, point.Nll))], family.Key == Candidate.Lordba, [.. ordered.Select(point => FormattableString.Invariant($"{point.Name}: {point.Bytes} bytes, NLL {point.Nll:0.0000}"))]));
        }
        return plot;
    }
}
