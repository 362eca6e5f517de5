using System.Diagnostics;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// A board that is reached by the system's <c>ssh</c>, as its user reaches it: keys come from the agent, names and ports from
/// <c>~/.ssh/config</c>. A connection that fails is tried again, three times at most, and each retry is reported.
/// </summary>
/// <param name="Name">What <c>ssh</c> takes: user@host, or a name of its configuration.</param>
/// <param name="Options">More arguments of ssh.</param>
/// <param name="Environment">More variables of ssh, such as the agent's socket.</param>
internal sealed record SshHost(string Name, IReadOnlyList<string> Options, IReadOnlyDictionary<string, string> Environment)
{
    private const int Tries = 3;

    /// <summary>What ssh ends with if there is no connection; other codes are the command's.</summary>
    private const int NoConnection = 255;

    /// <summary>Starts a command on the board, with its streams here.</summary>
    public Process Start(string command)
    {
        var start = new ProcessStartInfo("ssh", ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", .. Options, Name, command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs a command to its end and gives its output.</summary>
    /// <param name="command">For the board's shell.</param>
    /// <param name="record">Where retries are reported.</param>
    /// <param name="input">A file for its standard input.</param>
    /// <exception cref="IOException">The command failed, or there was no connection at the last try.</exception>
    public async Task<string> Run(string command, RunRecord record, string? input = null)
    {
        for (var number = 1; ; number++)
        {
            using var process = Start(command);
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await Feed(process, input);
            await process.WaitForExitAsync();
            if (process.ExitCode == 0) return await output;
            if (process.ExitCode != NoConnection || number == Tries) throw new IOException($"ssh {Name} {command} ended with {process.ExitCode}: {await error}");
            record.Retry($"ssh {Name}, try {number}: {(await error).Trim()}");
            await Task.Delay(TimeSpan.FromSeconds(2 * number));
        }
    }

    /// <summary>Until a board that was switched on lets somebody in.</summary>
    /// <exception cref="TimeoutException">It did not within the time.</exception>
    public async Task WaitUntilReachable(TimeSpan timeout, CancellationToken cancellation)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < timeout;)
        {
            using var process = Start("true");
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode == 0) return;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
        throw new TimeoutException($"{Name} let nobody in by ssh within {timeout.TotalSeconds:0} s.");
    }

    private static async Task Feed(Process process, string? input)
    {
        try
        {
            if (input is not null)
            {
                await using var file = File.OpenRead(input);
                await file.CopyToAsync(process.StandardInput.BaseStream);
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // ssh ended before it had read all: its exit code says why.
        }
    }
}
