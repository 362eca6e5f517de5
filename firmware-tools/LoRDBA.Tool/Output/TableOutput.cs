using Spectre.Console;

namespace LoRDBA.Tool.Output;

/// <summary>Prints a table: framed and fitted to the window for a person, one unwrapped line a row for a pipe.</summary>
internal static class TableOutput
{
    /// <summary>An empty table; columns whose heading starts with '#' hold numbers and are set flush right.</summary>
    public static Table Create(params string[] headings)
    {
        var table = new Table();
        foreach (var heading in headings)
        {
            var column = new TableColumn(Markup.Escape(heading.TrimStart('#'))) { NoWrap = true };
            table.AddColumn(heading.StartsWith('#') ? column.RightAligned() : column);
        }
        return table;
    }

    /// <summary>Writes <paramref name="table"/> to standard output.</summary>
    public static void Write(ToolContext context, Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Out),
            Ansi = context.OutIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        if (!context.OutIsTerminal)
        {
            table.Border(TableBorder.None);
            console.Profile.Width = int.MaxValue / 2;
        }
        console.Write(table);
    }
}
