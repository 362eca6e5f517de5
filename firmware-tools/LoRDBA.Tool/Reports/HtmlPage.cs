using System.Text;

namespace LoRDBA.Tool.Reports;

/// <summary>A report that is one file: no script, nothing loaded from anywhere.</summary>
/// <param name="title">Its heading.</param>
internal sealed class HtmlPage(string title)
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1a1a1a;background:#fff}
        h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd}
        th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}tr.weak{color:#888}
        svg{width:100%;height:auto;margin:1rem 0}svg text{font-size:12px;fill:#333}svg .title{font-size:14px;font-weight:600}svg .grid{stroke:#e4e4e4}
        """;

    private readonly StringBuilder body = new();

    /// <summary>Adds a heading.</summary>
    public HtmlPage Heading(string text) => Raw($"<h2>{HtmlText.Of(text)}</h2>");

    /// <summary>Adds a paragraph.</summary>
    public HtmlPage Paragraph(string text) => Raw($"<p>{HtmlText.Of(text)}</p>");

    /// <summary>Adds a plot.</summary>
    public HtmlPage Plot(SvgPlot plot) => Raw(plot.ToSvg());

    /// <summary>Adds a table; a row that is weak is greyed.</summary>
    public HtmlPage Table(string[] headings, IEnumerable<(string[] Cells, bool IsWeak)> rows)
    {
        string Row(string[] cells, string tag) => string.Concat(cells.Select(cell => $"<{tag}>{HtmlText.Of(cell)}</{tag}>"));
        Raw($"<table><thead><tr>{Row(headings, "th")}</tr></thead><tbody>");
        foreach (var (cells, isWeak) in rows) Raw($"<tr{(isWeak ? " class='weak'" : "")}>{Row(cells, "td")}</tr>");
        return Raw("</tbody></table>");
    }

    /// <summary>The whole document. Its icon is empty, so that a browser asks for none.</summary>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
        <title>{HtmlText.Of(title)}</title>
        <style>
        {Style}
        </style></head><body><h1>{HtmlText.Of(title)}</h1>
        {body}</body></html>

        """;

    private HtmlPage Raw(string html)
    {
        body.Append(html).Append('\n');
        return this;
    }
}
