using System.CommandLine;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;

namespace LoRDBA.Tool.Output;

/// <summary>An error as it is told: one line for a person, or <c>{"error": {...}}</c> for a program. Always on standard error.</summary>
/// <param name="Kind"><c>input</c>, <c>usage</c>, <c>file</c> or <c>interrupted</c>: the exit code in words.</param>
/// <param name="Type">The exception's name, where there is one.</param>
/// <param name="Code">The cause, where the exception has a code for it, such as <c>DigestMismatch</c>: stable across versions.</param>
/// <param name="Message">One sentence: what is wrong, where, and what to do.</param>
/// <param name="ExitCode">What the process returns (<see cref="ExitCodes"/>).</param>
internal sealed record ErrorReport(string Kind, string? Type, string? Code, string Message, int ExitCode)
{
    /// <summary>A wrong command line: the first complaint, and where to read more.</summary>
    public static ErrorReport OfUsage(ParseResult parsed)
    {
        // For an unknown verb the parser says first that a verb is missing, and then what it found instead.
        var isVerb = parsed.CommandResult.Command is Verb;
        var complaint = parsed.Errors[isVerb ? 0 : Math.Min(1, parsed.Errors.Count - 1)].Message;
        var help = isVerb ? $"lordba {parsed.CommandResult.Command.Name} --help" : "lordba --help";
        return new("usage", null, null, $"{complaint} Try '{help}'.", ExitCodes.Usage);
    }

    /// <summary>A model, adapter, text or data file that is not what it has to be.</summary>
    public static ErrorReport OfInput(LordbaException e) => new("input", e.GetType().Name, CodeOf(e), InWords(e), ExitCodes.BadInput);

    /// <summary>A file that cannot be found, opened, read or written.</summary>
    public static ErrorReport OfFile(Exception e) => new("file", e.GetType().Name, CodeOf(e), e.Message, ExitCodes.File);

    /// <summary>Ctrl-C.</summary>
    public static ErrorReport OfInterrupt() => new("interrupted", null, null, "interrupted", ExitCodes.Interrupted);

    /// <summary>Writes it as one line.</summary>
    public void Write(TextWriter error, bool asJson)
    {
        if (asJson) JsonOutput.Write(error, new ErrorDocument(this), JsonOutput.Types.ErrorDocument);
        else error.WriteLine($"lordba: {Message.ReplaceLineEndings(" ")}");
    }

    private static string? CodeOf(Exception e) => e switch
    {
        GgufException gguf => gguf.Error.ToString(),
        AdapterException adapter => adapter.Error.ToString(),
        ChatTemplateException chat => chat.Error.ToString(),
        _ => null,
    };

    /// <summary>The exception's own sentence, except where that tells a programmer what to do.</summary>
    private static string InWords(LordbaException e) => e is ContextFullException full
        ? $"{full.Tokens} tokens do not fit into a context of {full.ContextLength}: shorten the text, or raise --context as far as the model goes."
        : e.Message;
}

/// <summary>The document around an <see cref="ErrorReport"/>, so that a reader can tell it from a result by its only key.</summary>
internal sealed record ErrorDocument(ErrorReport Error);
