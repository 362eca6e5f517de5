using System.Text.Json;

namespace LoRDBA.Tool.Tests;

/// <summary>One command line, run in this process as <c>Program</c> runs it, and all that came of it.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    /// <summary>Runs <c>lordba</c> with these arguments and an empty standard input.</summary>
    public static ToolRun Of(params string[] arguments) => WithInput("", arguments);

    /// <summary>Runs <c>lordba</c> with <paramref name="input"/> on standard input.</summary>
    public static ToolRun WithInput(string input, params string[] arguments) => WithInput(input, TestContext.Current.CancellationToken, arguments);

    /// <summary>Runs <c>lordba</c> as if a person looked at its output.</summary>
    public static ToolRun OnTerminal(params string[] arguments) => With(context => context with { OutIsTerminal = true, ErrorIsTerminal = true }, arguments);

    /// <summary>As if Ctrl-C were pressed when <paramref name="interrupted"/> is cancelled.</summary>
    public static ToolRun WithInput(string input, CancellationToken interrupted, params string[] arguments) => With(context => context with { In = new StringReader(input), Interrupted = interrupted }, arguments);

    /// <summary>Runs <c>lordba</c> in a world of which something is otherwise: nobody looks, and there is no input.</summary>
    public static ToolRun With(Func<ToolContext, ToolContext> change, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandLine.Run(arguments, change(new ToolContext
        {
            Out = new(output),
            Error = new(error),
            In = TextReader.Null,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            Clock = new StandingClock(),
            Interrupted = TestContext.Current.CancellationToken,
        }));
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>No step takes any time, so none shows its progress, however busy the machine is.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    /// <summary>Standard output as the one JSON object that <c>--json</c> promises.</summary>
    public JsonElement Json() => JsonDocument.Parse(Out).RootElement;

    /// <summary>The <c>error</c> object on standard error.</summary>
    public JsonElement ErrorJson() => JsonDocument.Parse(Error).RootElement.GetProperty("error");
}
