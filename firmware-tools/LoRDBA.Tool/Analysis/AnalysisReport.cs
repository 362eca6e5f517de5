using System.Globalization;
using LoRDBA.Tool.Reports;

namespace LoRDBA.Tool.Analysis;

/// <summary>An analysis for people: rows of a table by kind of weight, and a page with plots.</summary>
internal static class AnalysisReport
{
    /// <summary>Headings of <see cref="Rows"/>.</summary>
    public static string[] Headings { get; } =
        ["weights", "#tensors", "#ratio B", "#turned", "#ratio A", "#turned", "#bound", "#error", "#cosine", "#energy of 1 rank", "#of 4", "#cosine converted, rank 16"];

    /// <summary>Means by kind, in the order of the forward pass, and over all.</summary>
    public static IEnumerable<string[]> Rows(AnalysisResult result) =>
        result.Tensors.GroupBy(tensor => tensor.Kind).Select(kind => Row(kind.Key, [.. kind])).Append(Row("all", result.Tensors));

    /// <summary>The page.</summary>
    public static string ToHtml(AnalysisResult result)
    {
        string[] Plain(string[] headings) => [.. headings.Select(heading => heading.TrimStart('#'))];
        return new HtmlPage($"{result.Adapter} on {result.Base}: how well signs can stand for it")
            .Paragraph("Ratio: what is left of a factor when each row becomes its mean magnitude times signs, over what is kept. A Gaussian factor has 0.7555, a factor of signs 0. Turned: after the rotation in rank space. Bound and error are relative to the update's norm.")
            .Table(Plain(Headings), Rows(result).Select(row => (row, false)))
            .Plot(Bounds(result)).Plot(Ratios(result)).Plot(Errors(result))
            .Heading("Random factors against the closed form")
            .Paragraph("Mean ratio of factors with 64 rows, with its 95 % confidence interval over 40 of them; expected: with rows of that length.")
            .Table(["distribution", "row length", "mean", "interval", "expected", "limit"], result.Samples.Select(sample => (new[]
            {
                sample.Distribution, $"{sample.Length}", Number(sample.Mean, "0.0000"), $"{Number(sample.Low, "0.0000")} to {Number(sample.High, "0.0000")}",
                Number(sample.Expected, "0.0000"), Number(sample.Limit, "0.0000"),
            }, false)))
            .ToString();
    }

    private static string[] Row(string kind, IReadOnlyList<AnalyzedTensor> tensors)
    {
        string Mean(Func<AnalyzedTensor, double> value) => Number(tensors.Average(value), "0.000");
        return
        [
            kind, $"{tensors.Count}", Mean(tensor => tensor.RatioB), Mean(tensor => tensor.TurnedRatioB), Mean(tensor => tensor.RatioA), Mean(tensor => tensor.TurnedRatioA),
            Mean(tensor => tensor.Bound), Mean(tensor => tensor.Error), Mean(tensor => tensor.Cosine), Mean(tensor => tensor.Energy[0]), Mean(tensor => tensor.Energy.Take(4).Sum()),
            Mean(tensor => tensor.Conversions.First(conversion => conversion.Rank == 16).Cosine),
        ];
    }

    private static SvgPlot Bounds(AnalysisResult result)
    {
        var plot = new SvgPlot("Product bound against measured error, per tensor", new PlotAxis("measured error / norm"), new PlotAxis("bound / norm"));
        foreach (var kind in result.Tensors.GroupBy(tensor => tensor.Kind))
            plot.Add(new PlotSeries(kind.Key, [.. kind.Select(tensor => (tensor.Error, tensor.Bound))], HasLine: false, [.. kind.Select(tensor => tensor.Name)]));
        return plot;
    }

    private static SvgPlot Ratios(AnalysisResult result)
    {
        var plot = new SvgPlot("Ratio of the turned B, per layer and kind", new PlotAxis("layer"), new PlotAxis("ratio"));
        foreach (var kind in result.Tensors.GroupBy(tensor => tensor.Kind))
            plot.Add(new PlotSeries(kind.Key, [.. kind.Select(tensor => ((double)tensor.Layer, tensor.TurnedRatioB))], HasLine: true, [.. kind.Select(tensor => tensor.Name)]));
        return plot;
    }

    private static SvgPlot Errors(AnalysisResult result)
    {
        var plot = new SvgPlot("Relative error after conversion against bits a channel", new PlotAxis("bits a channel", IsLogarithmic: true), new PlotAxis("error / norm", IsLogarithmic: true));
        foreach (var kind in result.Tensors.GroupBy(tensor => tensor.Kind))
        {
            var points = kind.SelectMany(tensor => tensor.Conversions).GroupBy(conversion => conversion.Rank).OrderBy(rank => rank.Key);
            plot.Add(new PlotSeries(kind.Key, [.. points.Select(rank => (rank.Average(one => one.Bits), rank.Average(one => one.RelativeError)))], HasLine: true));
        }
        return plot;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
