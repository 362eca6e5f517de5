using System.CommandLine;
using System.CommandLine.Help;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Gguf;
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
            return parsed.Invoke(new InvocationConfiguration { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (IsFileTrouble(e))
        {
            return Fail(ErrorReport.OfFile(e));
        }
        catch (LordbaException e)
        {
            return Fail(ErrorReport.OfInput(e));
        }
        catch (OperationCanceledException)
        {
            return Fail(ErrorReport.OfInterrupt());
        }

        int Fail(ErrorReport report)
        {
            context.Out.Flush();
            report.Write(context.Error, asJson);
            return report.ExitCode;
        }
    }

    private static bool IsFileTrouble(Exception e) => e
        is IOException or UnauthorizedAccessException
        or GgufException { Error: GgufError.CannotOpen }
        or AdapterException { Error: AdapterError.CannotOpen };

    private static RootCommand Root(ToolContext context)
    {
        var root = new RootCommand(Purpose) { HelpName = "lordba" };
        foreach (var verb in Verbs(context)) root.Add(verb);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new VerbHelp((HelpAction)help.Action!, context.Out);
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
        new CompareCommand(context),
        new AnalyzeCommand(context),
        new TraceCommand(context),
        new MakeModelCommand(context),
        new BenchCommand(context),
    ];
}
