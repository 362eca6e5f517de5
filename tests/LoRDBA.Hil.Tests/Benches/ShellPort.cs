using System.Globalization;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>A shell at the other end of a <see cref="LinePort"/>: runs commands one after the other.</summary>
internal sealed class ShellPort(LinePort port)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int commands;

    /// <summary>Runs a command line; its output and errors together, without the last line's end.</summary>
    /// <exception cref="IOException">The command failed.</exception>
    public string Run(string command)
    {
        var (exitCode, output) = TryRun(command);
        return exitCode == 0 ? output : throw new IOException($"On the board, {command} ended with {exitCode}: {output}");
    }

    /// <summary>Runs a command line; its exit code, and its output and errors together.</summary>
    public (int ExitCode, string Output) TryRun(string command)
    {
        // The mark is in two pieces in the command, so that an echo of the command is not taken for its end.
        var mark = $"end-of-{++commands}";
        port.Send($"{{ {command}; }} </dev/null 2>&1; code=$?; echo; echo end-\"of-{commands}\" $code");
        var output = new List<string>();
        var last = port.Receive(line =>
        {
            if (line.StartsWith(mark + " ", StringComparison.Ordinal)) return true;
            output.Add(line.TrimEnd('\r'));
            return false;
        }, Patience);
        return (int.Parse(last.AsSpan(mark.Length + 1), CultureInfo.InvariantCulture), string.Join('\n', output).TrimEnd('\n'));
    }
}
