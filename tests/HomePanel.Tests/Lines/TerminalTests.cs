using System.Diagnostics;

namespace LoRDBA.Examples.HomePanel.Tests.Lines;

/// <summary>The panel on a terminal of its own, made by script(1): the keyboard is the button.</summary>
public sealed class TerminalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Enter_presses_the_button_and_Tab_switches_the_household()
    {
        if (!File.Exists("/usr/bin/script")) Assert.Skip("There is no script(1): apt-get install bsdutils.");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"dotnet {PanelProcess.Program}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["HOMEPANEL_Lines__Chip"] = "none";
        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        try
        {
            WaitFor(process, "[ready #]");
            Type(process, "\r");
            WaitFor(process, "button: light.orbi on | household=Alder Cottage");
            WaitFor(process, "[light #]");
            Type(process, "\t");
            WaitFor(process, "switched: household=Haus Lindenhof");
            Type(process, "Die Pumpe im Garten an\r");
            WaitFor(process, "answer: [P2] AN");
            WaitFor(process, "[relay #]");
            Type(process, "\x4");
            Assert.True(process.WaitForExit(Patience));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static void Type(Process process, string keys)
    {
        process.StandardInput.Write(keys);
        process.StandardInput.Flush();
    }

    private static void WaitFor(Process process, string text)
    {
        var seen = "";
        var buffer = new char[1];
        while (!seen.EndsWith(text, StringComparison.Ordinal))
        {
            var count = process.StandardOutput.ReadAsync(buffer, 0, 1).WaitAsync(Patience).GetAwaiter().GetResult();
            Assert.True(count == 1, $"'{text}' was not shown; shown was: {seen}");
            seen += buffer[0];
        }
    }
}
