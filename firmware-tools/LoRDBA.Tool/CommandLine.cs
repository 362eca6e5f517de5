using System.CommandLine;
using System.CommandLine.Help;
using LoRDBA.Tool.Commands;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool;

/// <summary>The <c>lordba</c> command: the list of its verbs, and how what they throw becomes a message and an exit code.</summary>
internal static class CommandLine
{
    private const string Purpose = "Runs a quantized GGUF model with bit-packed adapters that are chosen per sequence, and makes and measures such adapters.";

    /// <summary>Runs one command line to its end and returns the exit code (<see cref="ExitCodes"/>).</summary>
    public static int Run(string[] arguments, ToolContext context)
    {
        // No response files: a prompt may begin with '@'. No bundling: there are no one-letter switches to bundle.
        var parsed = Root(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        var asJson = arguments.Contains(Verb.Json.Name);
        try
        {
            if (parsed.Errors.Count > 0) return Fail(ErrorReport.OfUsage(parsed));
            var exitCode = parsed.Invoke(new InvocationConfiguration { Output = context.Out.Raw, Error = context.Error.Raw, EnableDefaultExceptionHandler = false });
            // Here and not when the stream is closed: a full disk is an error like any other.
            context.Out.Flush();
            return exitCode;
        }
        catch (Exception e)
        {
            // The outermost place: what is not foreseen is told here, and never by the runtime.
            return Fail(ErrorReport.Of(e, context.ShowStack, context.ExitCodeOfInterrupt()));
        }

        int Fail(ErrorReport report)
        {
            Try(context.Out.Flush);
            Try(() => report.Write(context.Error, asJson));
            return report.ExitCode;
        }
    }

    /// <summary>Writes if that is possible: what cannot be told does not hide the error at hand, and its exit code tells enough.</summary>
    internal static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
        }
    }

    private static RootCommand Root(ToolContext context)
    {
        var root = new RootCommand(Purpose) { HelpName = "lordba" };
        foreach (var verb in Verbs(context)) root.Add(verb);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new VerbHelp((HelpAction)help.Action!, context.Out.Raw);
        return root;
    }

    private static Verb[] Verbs(ToolContext context) =>
    [
        new InspectCommand(context),
        new ConvertCommand(context),
        new QuantizeCommand(context),
        new ManifestCommand(context),
        new TokenizeCommand(context),
        new RunCommand(context),
        new EvalCommand(context),
        new TuneCommand(context),
        new CompareCommand(context),
        new AnalyzeCommand(context),
        new TraceCommand(context),
        new TuneClassifierCommand(context),
        new MakeModelCommand(context),
        new BenchCommand(context),
        new StoreCommand(context),
        new BoardCommand(context),
    ];
}
