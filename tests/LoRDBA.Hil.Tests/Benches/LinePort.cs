using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>Lines of text to and from a board: a serial line, or the streams of a program that ssh runs there. All of them are recorded.</summary>
internal sealed class LinePort
{
    private readonly Stream output;
    private readonly Action<string> record;
    private readonly BlockingCollection<string> lines = [];

    /// <param name="input">What the board says.</param>
    /// <param name="output">What it is told.</param>
    /// <param name="record">Called with each line of both directions.</param>
    public LinePort(Stream input, Stream output, Action<string> record)
    {
        (this.output, this.record) = (output, record);
        new Thread(() => Read(input)) { IsBackground = true, Name = "line port" }.Start();
    }

    /// <summary>Whether the other end is gone; lines that came before are still there.</summary>
    public bool IsClosed => lines.IsAddingCompleted;

    /// <summary>Sends a line.</summary>
    public void Send(string line)
    {
        record($"> {line}");
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        output.Flush();
    }

    /// <summary>The next line that <paramref name="isWanted"/>; those before it are dropped.</summary>
    /// <exception cref="TimeoutException">There was none within the time.</exception>
    public string Receive(Func<string, bool> isWanted, TimeSpan timeout)
    {
        var start = Stopwatch.GetTimestamp();
        var dropped = 0;
        while (timeout - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left && lines.TryTake(out var line, left))
        {
            if (isWanted(line)) return line;
            dropped++;
        }
        throw new TimeoutException($"The board said nothing of what was waited for within {timeout.TotalSeconds:0.#} s ({dropped} other lines{(IsClosed ? "; it has closed the line" : "")}).");
    }

    /// <summary>The next line that has come already and <paramref name="isWanted"/>; null if there is none.</summary>
    public string? TryReceive(Func<string, bool> isWanted)
    {
        while (lines.TryTake(out var line))
            if (isWanted(line)) return line;
        return null;
    }

    /// <summary>Sends a line and waits for the answer.</summary>
    public string Ask(string line, string beginning, TimeSpan timeout)
    {
        Send(line);
        return Receive(answer => answer.StartsWith(beginning, StringComparison.Ordinal), timeout);
    }

    private void Read(Stream input)
    {
        try
        {
            using var reader = new StreamReader(input, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                record($"< {line}");
                lines.Add(line);
            }
        }
        catch (IOException)
        {
            // Power was cut, or the connection lost: whoever waits sees it below.
        }
        lines.CompleteAdding();
    }
}
