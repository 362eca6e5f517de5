using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LoRDBA.Tool;

/// <summary><c>--help</c>: what System.CommandLine prints, then the verb's examples and the exit codes.</summary>
internal sealed class VerbHelp(HelpAction plain, TextWriter output) : SynchronousCommandLineAction
{
    /// <summary>Asking for help is never an error, whatever else is missing on the line.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        plain.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
        {
            output.WriteLine("Examples:");
            foreach (var line in verb.Examples.Split('\n')) output.WriteLine($"  {line}");
            output.WriteLine();
        }
        output.WriteLine("Exit codes:");
        output.WriteLine($"  {ExitCodes.Help}");
        return ExitCodes.Done;
    }
}
