using System.Xml.Linq;
using LoRDBA.Tool.Reports;

namespace LoRDBA.Tool.Tests.Reports;

public sealed class SvgPlotTests
{
    [Fact]
    public void It_is_well_formed_and_has_each_point_that_its_axes_can_show()
    {
        var svg = XElement.Parse(new SvgPlot("a < b & \"c\"", new PlotAxis("x", IsLogarithmic: true), new PlotAxis("y", Most: 10))
            .Add(new PlotSeries("one <1>", [(1, 1), (10, 2), (0, 3), (100, 11), (1000, double.NaN)], HasLine: true, ["a", "b & c", "d", "e", "f"])).ToSvg());
        var points = svg.Elements().Where(element => (string?)element.Attribute("class") == "point").ToArray();
        Assert.Equal(["a", "b & c"], points.Select(point => point.Value));
        Assert.True((double)points[0].Attribute("cx")! < (double)points[1].Attribute("cx")!);
        Assert.True((double)points[0].Attribute("cy")! > (double)points[1].Attribute("cy")!);
    }

    [Theory]
    [InlineData(false, 0.0, 1.0, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(true, 1.0, 1000.0, new[] { 1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000 })]
    public void Ticks_are_round(bool isLogarithmic, double least, double most, double[] expected)
    {
        var scale = new PlotAxis("", isLogarithmic).ScaleFor([least, most]);
        Assert.Equal(expected, scale.Ticks, (left, right) => Math.Abs(left - right) < 1e-9);
        Assert.InRange(scale.Share(least), 0.01, 0.1);
    }

    [Fact]
    public void Nothing_to_show_is_an_empty_plot() => XElement.Parse(new SvgPlot("", new PlotAxis(""), new PlotAxis("")).ToSvg());
}
