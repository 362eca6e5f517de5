using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LoRDBA.Tests;

/// <summary>Runs a script of <c>tests/peers</c>; skips the calling test, with what to install, where Node.js or its packages are absent.</summary>
internal static class NodePeer
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "peers");

    /// <summary>Skips the calling test where a package is absent that is not there for every system.</summary>
    public static void Require(string package) =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", package)), $"needs the peer {package}: npm ci --prefix tests/peers, on a system that it is made for");

    /// <summary>The JSON that the script prints.</summary>
    public static JsonElement Run(string script, params string[] arguments)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules")), "needs the peers: npm ci --prefix tests/peers");
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{script} ended with {process.ExitCode}: {errors.Result}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("needs Node.js 20 or newer: install it, then npm ci --prefix tests/peers");
            throw;
        }
    }
}
