using System.Diagnostics;

namespace LoRDBA.Outside.Tests;

/// <summary>A program that is run to its end.</summary>
internal static class Shell
{
    /// <summary>Runs it and returns standard output and error together with the exit code.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="environment">Variables besides the inherited ones.</param>
    /// <param name="program">Its path or name.</param>
    /// <param name="arguments">Each as it is.</param>
    public static async Task<ShellResult> Run(string folder, IEnumerable<(string Name, string Value)> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test runner's own build left behind would be taken for the properties of the outside project.
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(inherited);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}

/// <summary>What a program did.</summary>
internal sealed record ShellResult(int ExitCode, string Out, string Error)
{
    /// <summary>Its standard output, if it went well.</summary>
    public string Success()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Out}{Error}");
        return Out;
    }

    /// <summary>The lines of a build that say an error or a warning, each once: MSBuild repeats them at its end.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. Out.Split('\n').Where(line => line.Contains(": error ") || line.Contains(": warning ")).Select(line => line.Split(" [")[0].Trim()).Distinct()];
}
