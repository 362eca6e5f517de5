using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool;

/// <summary>All that a verb may touch of the outside besides files. Tests hand in their own.</summary>
internal sealed record ToolContext
{
    /// <summary>Results, and nothing else.</summary>
    public required TextOutput Out { get; init; }

    /// <summary>Errors, progress and closing lines.</summary>
    public required TextOutput Error { get; init; }

    /// <summary>Read where a verb says that it reads standard input.</summary>
    public required TextReader In { get; init; }

    /// <summary>Whether a person looks at <see cref="Out"/>: tables get frames and fit the window.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Whether a person looks at <see cref="Error"/>: the progress line is rewritten in place.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>The clock of progress lines and of the seconds that verbs report.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Cancelled by Ctrl-C and its like; whatever takes longer than a step asks for it between steps.</summary>
    public required CancellationToken Interrupted { get; init; }

    /// <summary>What the process returns once it has been interrupted.</summary>
    public Func<int> ExitCodeOfInterrupt { get; init; } = () => ExitCodes.Interrupted;

    /// <summary>Reads from <see cref="In"/>, and stops waiting when it is interrupted: nobody else ends a read of a terminal or pipe.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public T Read<T>(Func<TextReader, T> read)
    {
        Interrupted.ThrowIfCancellationRequested();
        return Task.Run(() => read(In), Interrupted).WaitAsync(Interrupted).GetAwaiter().GetResult();
    }

    /// <summary>Whether a defect shows its stack (<see cref="ExitCodes.StackVariable"/>).</summary>
    public bool ShowStack { get; init; }

    /// <summary>Why this program computes slower than the processor could; null: it does not.</summary>
    public string? SpeedNotice { get; init; } = CompiledCode.Notice;

    /// <summary>Where the board's files lie: /proc, /sys and /dev are below it.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Kernels that were generated into this build of the command, for what <c>bench</c> measures; otherwise none, and the generic ones serve.</summary>
    public SignKernels? Kernels { get; init; }

    /// <summary>Says on standard error what a user should know although all is sound, such as where a file was read with a guess; nothing for null.</summary>
    public void Notify(params IEnumerable<string?> notices)
    {
        foreach (var notice in notices)
            if (notice is not null) Error.WriteLine($"lordba: {notice}");
    }
}
