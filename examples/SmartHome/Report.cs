using LoRDBA.Runtime.Models;
using Spectre.Console;

namespace LoRDBA.Examples.SmartHome;

/// <summary>Prints the tables: coloured and as wide as the window for a person, plain ASCII and 100 columns for a pipe.</summary>
internal sealed class Report
{
    private const int PipeWidth = 100;
    private const int ShownPerSet = 3;
    private const int ShownCharacters = 40;

    private readonly IAnsiConsole console;
    private readonly bool isTerminal = !Console.IsOutputRedirected;

    public Report()
    {
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal) console.Profile.Width = PipeWidth;
    }

    /// <summary>What is about to run.</summary>
    public void Start(Model model, IReadOnlyList<TestSet> sets)
    {
        console.WriteLine($"{model.Config.Name}: {model.Config.NLayer} layers of {model.Config.NEmbd}, {model.Config.NVocab} tokens, fingerprint {model.Fingerprint.Short}");
        console.WriteLine($"Held-out commands: {string.Join(", ", sets.Select(set => $"{set.Commands.Count} in {set.Name}"))}. Some of them:");
    }

    /// <summary>What is going on now: on the terminal's last line, until something is printed; not in a log.</summary>
    public static void Progress(string what)
    {
        if (!Console.IsErrorRedirected) Console.Error.Write($"\r{what,-79}\r");
    }

    /// <summary>Some commands of each set, with every answer.</summary>
    public void Answers(IReadOnlyList<Contestant> contestants)
    {
        var table = NewTable("Command", "Acting", "Answer", "");
        table.ShowRowSeparators();
        for (var set = 0; set < contestants[0].Outcomes.Count; set++)
        {
            var commands = contestants[0].Outcomes[set].Set.Commands;
            for (var i = 0; i < Math.Min(ShownPerSet, commands.Count); i++)
            {
                // Spread over the set, because files are often sorted.
                var index = i * commands.Count / ShownPerSet;
                var answers = contestants.Select(c => c.Outcomes[set].Answers[index]).ToList();
                table.AddRow(
                    Markup.Escape($"{commands[index].Prompt}\n= {commands[index].Completion}"),
                    string.Join('\n', contestants.Select(c => Markup.Escape(c.Name))),
                    string.Join('\n', answers.Select(answer => Colored(Markup.Escape(Shorten(answer)), answer == commands[index].Completion))),
                    string.Join('\n', answers.Select(answer => Colored(answer == commands[index].Completion ? "right" : "wrong", answer == commands[index].Completion))));
            }
        }

        console.Write(table);
    }

    /// <summary>Every contestant on every set.</summary>
    public void Scores(IReadOnlyList<Contestant> contestants)
    {
        console.WriteLine("All of them:");
        var table = NewTable("Acting", "Digest", "Commands", "#Exact match", "#NLL/token", "#Tokens/s", "#Switched in");
        foreach (var contestant in contestants)
        {
            foreach (var outcome in contestant.Outcomes)
            {
                table.AddRow(
                    Markup.Escape(contestant.Name), contestant.Acted, Markup.Escape(outcome.Set.Name), $"{outcome.ExactMatch:P1}", $"{outcome.Nll:F4}",
                    $"{outcome.TokensPerSecond:N0}", $"{contestant.Switched.TotalMicroseconds:N1} us");
            }
        }

        console.Write(table);
    }

    /// <summary>What each file weighs, and what the fp16 LoRA of the same rank would.</summary>
    public void Sizes(Model model, IReadOnlyList<Contestant> contestants)
    {
        console.WriteLine("Files:");
        var table = NewTable("File", "#Rank", "#Bytes", "#As fp16 LoRA", "#Smaller");
        table.AddRow(Markup.Escape(model.Config.Name), "", $"{model.File.Length:N0}", "", "");
        foreach (var contestant in contestants)
        {
            if (contestant.Adapter is not { } adapter) continue;
            var lora = contestant.LoraBytes(model);
            table.AddRow(Markup.Escape(contestant.Name), $"{adapter.MaxRank}", $"{adapter.ByteLength:N0}", $"{lora:N0}", $"{(double)lora / adapter.ByteLength:F1}x");
        }

        console.Write(table);
    }

    // Columns whose heading starts with '#' hold numbers and are set flush right.
    private Table NewTable(params string[] headings)
    {
        var table = new Table { Border = isTerminal ? TableBorder.Rounded : TableBorder.Ascii };
        foreach (var heading in headings)
        {
            var column = new TableColumn(heading.TrimStart('#')) { NoWrap = heading != "Command" };
            table.AddColumn(heading.StartsWith('#') ? column.RightAligned() : column);
        }

        return table;
    }

    private static string Colored(string markup, bool isRight) => $"[{(isRight ? "green" : "grey")}]{markup}[/]";

    // One line each, so that names, answers and verdicts stay level.
    private static string Shorten(string answer)
    {
        var line = answer.ReplaceLineEndings(" ");
        return line.Length <= ShownCharacters ? line : line[..(ShownCharacters - 3)] + "...";
    }
}
