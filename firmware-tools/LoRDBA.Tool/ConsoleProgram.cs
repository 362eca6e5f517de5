using System.Text;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool;

/// <summary>The command as a process: its streams, and its signals.</summary>
internal static class ConsoleProgram
{
    /// <summary>Runs a command line on the process's own streams and returns the exit code.</summary>
    /// <param name="arguments">As the process got them.</param>
    /// <param name="kernels">What was generated into the program, if anything.</param>
    public static int Run(string[] arguments, SignKernels? kernels = null)
    {
        var showStack = Environment.GetEnvironmentVariable(ExitCodes.StackVariable) == "1";
        try
        {
            return Run(arguments, kernels, showStack);
        }
        catch (Exception e)
        {
            // Outside of any command: a stream of the process is not there (`lordba ... >&-`).
            var report = ErrorReport.Of(e, showStack);
            using var error = new StreamWriter(StandardStreams.OpenError()) { AutoFlush = true };
            CommandLine.Try(() => report.Write(new(error), arguments.Contains(Verb.Json.Name)));
            return report.ExitCode;
        }
    }

    private static int Run(string[] arguments, SignKernels? kernels, bool showStack)
    {
        using var interrupt = new Interrupt();

        // UTF-8 whatever the locale says, and no flush per write: a verb that streams flushes by itself.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var output = new StreamWriter(StandardStreams.OpenOutput(), utf8);
        using var error = new StreamWriter(StandardStreams.OpenError(), utf8) { AutoFlush = true };
        using var input = new StreamReader(StandardStreams.OpenInput(), utf8);

        return CommandLine.Run(arguments, new ToolContext
        {
            Out = new(output),
            Error = new(error),
            In = input,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Clock = TimeProvider.System,
            Interrupted = interrupt.Token,
            ExitCodeOfInterrupt = () => interrupt.ExitCode,
            ShowStack = showStack,
            Kernels = kernels,
        });
    }
}
