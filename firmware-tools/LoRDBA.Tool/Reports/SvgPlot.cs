using System.Globalization;
using System.Text;

namespace LoRDBA.Tool.Reports;

/// <summary>One set of points in a plot.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">x and y, in the order of the line.</param>
/// <param name="HasLine">Whether the points are joined.</param>
/// <param name="Labels">What a pointer over a point shows; null: nothing.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool HasLine, IReadOnlyList<string>? Labels = null);

/// <summary>A scatter or line plot as SVG text: axes with round ticks, linear or logarithmic, and a legend. Needs nothing but a browser.</summary>
/// <param name="title">Above the plot; also its accessible name.</param>
/// <param name="x">The horizontal axis.</param>
/// <param name="y">The vertical axis.</param>
internal sealed class SvgPlot(string title, PlotAxis x, PlotAxis y)
{
    private const int Width = 860, Height = 480, Left = 70, Top = 40, Bottom = 56, LegendWidth = 190;
    private const int PlotWidth = Width - Left - LegendWidth, PlotHeight = Height - Top - Bottom;

    // Okabe and Ito's palette, which colour-blind people can tell apart.
    private static readonly string[] Colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#666666", "#000000"];

    private readonly List<PlotSeries> series = [];

    /// <summary>Adds points; those that an axis cannot show are left out.</summary>
    public SvgPlot Add(PlotSeries more)
    {
        series.Add(more);
        return this;
    }

    /// <summary>The SVG element.</summary>
    public string ToSvg()
    {
        var all = series.SelectMany(one => one.Points).Where(IsShown).ToArray();
        var (across, up) = (x.ScaleFor([.. all.Select(point => point.X)]), y.ScaleFor([.. all.Select(point => point.Y)]));
        double AtX(double value) => Left + across.Share(value) * PlotWidth;
        double AtY(double value) => Top + (1 - up.Share(value)) * PlotHeight;

        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' role='img' aria-label='{Text(title)}'>");
        Line(svg, $"<text class='title' x='{Left}' y='22'>{Text(title)}</text>");
        foreach (var tick in across.Ticks)
        {
            Line(svg, $"<line class='grid' x1='{AtX(tick):0.#}' x2='{AtX(tick):0.#}' y1='{Top}' y2='{Top + PlotHeight}'/>");
            Line(svg, $"<text text-anchor='middle' x='{AtX(tick):0.#}' y='{Top + PlotHeight + 18}'>{tick:0.####}</text>");
        }
        foreach (var tick in up.Ticks)
        {
            Line(svg, $"<line class='grid' x1='{Left}' x2='{Left + PlotWidth}' y1='{AtY(tick):0.#}' y2='{AtY(tick):0.#}'/>");
            Line(svg, $"<text text-anchor='end' x='{Left - 6}' y='{AtY(tick) + 4:0.#}'>{tick:0.####}</text>");
        }
        Line(svg, $"<text text-anchor='middle' x='{Left + PlotWidth / 2}' y='{Height - 12}'>{Text(x.Label)}</text>");
        Line(svg, $"<text text-anchor='middle' transform='translate(16 {Top + PlotHeight / 2}) rotate(-90)'>{Text(y.Label)}</text>");

        for (var i = 0; i < series.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            Draw(svg, series[i], colour, AtX, AtY);
            Line(svg, $"<circle cx='{Left + PlotWidth + 18}' cy='{Top + 8 + 20 * i}' r='4' fill='{colour}'/>");
            Line(svg, $"<text x='{Left + PlotWidth + 28}' y='{Top + 12 + 20 * i}'>{Text(series[i].Name)}</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    private void Draw(StringBuilder svg, PlotSeries one, string colour, Func<double, double> atX, Func<double, double> atY)
    {
        var shown = one.Points.Select((point, i) => (point.X, point.Y, Label: one.Labels?[i])).Where(point => IsShown((point.X, point.Y))).ToArray();
        if (one.HasLine && shown.Length > 1)
        {
            var path = string.Join(" ", shown.Select(point => string.Create(CultureInfo.InvariantCulture, $"{atX(point.X):0.#},{atY(point.Y):0.#}")));
            Line(svg, $"<polyline fill='none' stroke='{colour}' stroke-width='1.5' points='{path}'/>");
        }
        foreach (var point in shown)
            Line(svg, $"<circle class='point' cx='{atX(point.X):0.#}' cy='{atY(point.Y):0.#}' r='{(one.HasLine ? 4 : 3)}' fill='{colour}' fill-opacity='0.8'><title>{Text(point.Label ?? one.Name)}</title></circle>");
    }

    private bool IsShown((double X, double Y) point) => x.CanShow(point.X) && y.CanShow(point.Y);

    private static string Text(string text) => HtmlText.Of(text);

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
