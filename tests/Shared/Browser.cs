using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LoRDBA.Tests;

/// <summary>A real browser without a window; skips the calling test, with what to install, where there is none.</summary>
internal static class Browser
{
    // What the browser asks for by itself, whatever page is open.
    private static readonly string[] OwnHosts = ["clients2.google.com", "update.googleapis.com", "accounts.google.com", "optimizationguide-pa.googleapis.com", "android.clients.google.com"];

    /// <summary>Opens a page, lets it settle and returns its document as the browser has it, with everything that went to its console and every request that it made.</summary>
    /// <param name="page">A file.</param>
    /// <param name="folder">Where the browser keeps its profile and log.</param>
    public static (string Document, string[] Console, string[] Requests) Open(string page, TemporaryFolder folder)
    {
        var log = Path.Combine(folder.Path, "net.json");
        var (document, errors) = Run([.. Options(folder), "--enable-logging=stderr", "--log-net-log=" + log, "--dump-dom", "file://" + page]);
        string[] console = [.. errors.Split('\n').Where(line => line.Contains(":CONSOLE", StringComparison.Ordinal))];
        string[] requests = [.. Regex.Matches(File.ReadAllText(log), "\"url\":\"(https?:[^\"]*)\"").Select(match => match.Groups[1].Value).Distinct().Where(url => !OwnHosts.Contains(new Uri(url).Host))];
        return (document, console, requests);
    }

    private static string[] Options(TemporaryFolder folder) =>
    [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-default-apps", "--disable-extensions", "--virtual-time-budget=2000", "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + Path.Combine(folder.Path, "profile"),
    ];

    private static (string Output, string Errors) Run(string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("chromium", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (output, errors.Result);
        }
        catch (Win32Exception)
        {
            Assert.Skip("needs Chromium: apt-get install chromium");
            throw;
        }
    }
}
