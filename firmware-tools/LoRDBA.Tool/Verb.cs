using System.CommandLine;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Tool;

/// <summary>One verb of the command: its arguments, what <c>--help</c> teaches about it, and what it does.</summary>
internal abstract class Verb : Command
{
    /// <summary>Every verb speaks JSON: one object on one line.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print the result, or the error, as one JSON object on one line" };

    /// <param name="name">The word on the command line.</param>
    /// <param name="purpose">One sentence: what it is for.</param>
    /// <param name="examples">Whole command lines, one a line.</param>
    /// <param name="context">The world outside.</param>
    protected Verb(string name, string purpose, string examples, ToolContext context) : base(name, purpose)
    {
        Examples = examples;
        Context = context;
        Add(Json);
        SetAction(arguments =>
        {
            Run(arguments);
            // At its end, because an error is one line.
            if (RunsModel && context.SpeedNotice is { } notice) context.Error.WriteLine($"lordba: {notice}");
            return ExitCodes.Done;
        });
    }

    /// <summary>Command lines to copy, one a line.</summary>
    public string Examples { get; }

    /// <summary>The world outside.</summary>
    protected ToolContext Context { get; private set; }

    /// <summary>
    /// Names a file that the verb is going to write: what cannot be written is refused before the work, and where the file is standard output
    /// itself (<c>-o /dev/stdout</c>), the words about it go to standard error.
    /// </summary>
    /// <exception cref="IOException">It is a folder, or there is no folder for it.</exception>
    protected void WillWrite(string path)
    {
        WholeFile.Check(path);
        if (WholeFile.IsSame(path, "/dev/stdout")) Context = Context with { Out = Context.Error, OutIsTerminal = Context.ErrorIsTerminal };
    }

    /// <summary>Whether it computes with a model: then it says at its end if this program is slower than the processor could be.</summary>
    protected virtual bool RunsModel => false;

    /// <summary>Does the work. What goes wrong is thrown: <see cref="CommandLine"/> turns it into a message and an exit code.</summary>
    protected abstract void Run(ParseResult arguments);
}
