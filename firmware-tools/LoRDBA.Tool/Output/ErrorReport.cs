using System.CommandLine;
using System.Reflection;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Tool.Output;

/// <summary>An error as it is told: one line for a person, or <c>{"error": {...}}</c> for a program. Always on standard error.</summary>
/// <param name="Kind"><c>input</c>, <c>usage</c>, <c>file</c>, <c>memory</c>, <c>defect</c> or <c>interrupted</c>: the exit code in words.</param>
/// <param name="Type">The exception's name, where there is one.</param>
/// <param name="Code">The cause, such as <c>adapter.digest-mismatch</c>: stable across versions (<see cref="LordbaException.Code"/>).</param>
/// <param name="Message">One sentence: what is wrong, where, and what to do.</param>
/// <param name="ExitCode">What the process returns (<see cref="ExitCodes"/>).</param>
/// <param name="Stack">Of a defect, where it was asked for.</param>
internal sealed record ErrorReport(string Kind, string? Type, string Code, string Message, int ExitCode, string? Stack = null)
{
    /// <summary>A wrong command line: the first complaint, and where to read more.</summary>
    public static ErrorReport OfUsage(ParseResult parsed)
    {
        // For an unknown verb the parser says first that a verb is missing, and then what it found instead.
        var isVerb = parsed.CommandResult.Command is Verb;
        var complaint = parsed.Errors[isVerb ? 0 : Math.Min(1, parsed.Errors.Count - 1)].Message;
        var help = isVerb ? $"lordba {parsed.CommandResult.Command.Name} --help" : "lordba --help";
        return new("usage", null, "command.usage", $"{complaint} Try '{help}'.", ExitCodes.Usage);
    }

    /// <summary>What a verb threw.</summary>
    /// <param name="thrown">Any exception.</param>
    /// <param name="withStack">Whether a defect shows its stack.</param>
    /// <param name="ofInterrupt">What the process returns if it was interrupted.</param>
    public static ErrorReport Of(Exception thrown, bool withStack, int ofInterrupt = ExitCodes.Interrupted)
    {
        // Loops on several cores wrap what a part of them threw.
        var e = thrown is AggregateException { InnerException: { } inner } ? inner : thrown;
        var type = e.GetType().Name;
        return e switch
        {
            GgufException { Error: GgufError.CannotOpen } or AdapterException { Error: AdapterError.CannotOpen }
                or StoreException { Error: StoreError.NoStore or StoreError.Failed or StoreError.NoSpace or StoreError.Busy } => new("file", type, ((LordbaException)e).Code, e.Message, ExitCodes.File),
            MemoryException exhausted => new("memory", type, exhausted.Code, exhausted.Message, ExitCodes.Memory),
            LordbaException refusal => new("input", type, refusal.Code, InWords(refusal), ExitCodes.BadInput),
            FileNotFoundException or DirectoryNotFoundException => new("file", type, "file.not-found", e.Message, ExitCodes.File),
            UnauthorizedAccessException => new("file", type, "file.access-denied", e.Message, ExitCodes.File),
            IOException => new("file", type, "file.failed", e.Message, ExitCodes.File),
            OutOfMemoryException => new("memory", type, "memory.exhausted", "There is too little memory for this. Give a smaller --context, or a smaller model.", ExitCodes.Memory),
            OperationCanceledException => new("interrupted", null, "command.interrupted", "interrupted", ofInterrupt),
            _ => OfDefect(thrown, withStack),
        };
    }

    /// <summary>Writes it as one line, with the stack below it where there is one.</summary>
    public void Write(TextOutput error, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(error, new ErrorDocument(this), JsonOutput.Types.ErrorDocument);
            return;
        }
        error.WriteLine($"lordba: {Message.ReplaceLineEndings(" ")}");
        foreach (var line in Stack?.Split('\n') ?? []) error.WriteLine(line.TrimEnd('\r'));
    }

    private static ErrorReport OfDefect(Exception e, bool withStack)
    {
        var version = typeof(ErrorReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var more = withStack ? "" : $" {ExitCodes.StackVariable}=1 before the command shows where.";
        return new("defect", e.GetType().Name, "command.defect", $"A defect of lordba {version}, please report it: {e.GetType().Name}: {e.Message}{more}", ExitCodes.Defect, withStack ? e.ToString() : null);
    }

    /// <summary>The exception's own sentence, except where that tells a programmer what to do.</summary>
    private static string InWords(LordbaException e) => e is ContextFullException full
        ? $"{full.Tokens} tokens do not fit into a context of {full.ContextLength}: shorten the text, or raise --context as far as the model goes."
        : e.Message;
}

/// <summary>The document around an <see cref="ErrorReport"/>, so that a reader can tell it from a result by its only key.</summary>
internal sealed record ErrorDocument(ErrorReport Error);
