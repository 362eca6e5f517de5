using Spectre.Console;

namespace LoRDBA.Tool.Output;

/// <summary>Prints a table: framed and fitted to the window for a person, one unwrapped line a row for a pipe.</summary>
internal static class TableOutput
{
    /// <summary>Writes a table to standard output.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="headings">One per column; a column whose heading begins with '#' holds numbers and is set flush right.</param>
    /// <param name="rows">As many cells as headings each.</param>
    public static void Write(ToolContext context, string[] headings, IEnumerable<string[]> rows)
    {
        var table = new Table();
        foreach (var heading in headings) table.AddColumn(Column(heading));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(VisibleText.Of(cell))));

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Out.Raw),
            Ansi = context.OutIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        if (!context.OutIsTerminal)
        {
            table.Border(TableBorder.None);
            console.Profile.Width = short.MaxValue;
        }
        console.Write(table);
    }

    private static TableColumn Column(string heading)
    {
        var column = new TableColumn(Markup.Escape(heading.TrimStart('#'))) { NoWrap = true };
        return heading.StartsWith('#') ? column.RightAligned() : column;
    }
}
