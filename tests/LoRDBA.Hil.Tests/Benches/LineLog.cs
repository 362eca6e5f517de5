using System.Diagnostics;
using System.Globalization;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>Each level that a bench drove or saw, in order; waits for one to come. For any thread.</summary>
internal sealed class LineLog(Action<string> record)
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Dictionary<PanelLine, bool> levels = [];
    private readonly Dictionary<PanelLine, int> changes = [];
    private bool isRecording = true;

    /// <summary>The bench drives a line.</summary>
    public void Drove(PanelLine line, bool level) => Add(line, level, "driven");

    /// <summary>The bench saw a line change, or looked at it.</summary>
    public void Saw(PanelLine line, bool level) => Add(line, level, "seen");

    /// <summary>What a line is at, as far as is known: low before anything was seen.</summary>
    public bool LevelOf(PanelLine line)
    {
        lock (levels) return levels.GetValueOrDefault(line);
    }

    /// <summary>How often a line has changed.</summary>
    public int ChangesOf(PanelLine line)
    {
        lock (levels) return changes.GetValueOrDefault(line);
    }

    /// <summary>Until the line is at the level.</summary>
    /// <exception cref="TimeoutException">It was not within the time.</exception>
    public void WaitFor(PanelLine line, bool level, TimeSpan timeout) => Wait(() => levels.GetValueOrDefault(line) == level, timeout, $"{line} did not become {Name(level)}");

    /// <summary>Until the line has changed more often than <paramref name="before"/>.</summary>
    /// <exception cref="TimeoutException">It did not within the time.</exception>
    public void WaitForChange(PanelLine line, int before, TimeSpan timeout) => Wait(() => changes.GetValueOrDefault(line) > before, timeout, $"{line} did not change");

    /// <summary>All lines are low again, as without power.</summary>
    public void Clear()
    {
        lock (levels) levels.Clear();
    }

    /// <summary>Many changes in one line of the record.</summary>
    public void Summarise(string what, Action drive)
    {
        isRecording = false;
        drive();
        isRecording = true;
        Write(what);
    }

    private void Add(PanelLine line, bool level, string how)
    {
        lock (levels)
        {
            if (levels.GetValueOrDefault(line) != level) changes[line] = changes.GetValueOrDefault(line) + 1;
            levels[line] = level;
            if (isRecording) Write($"{line,-6} {Name(level),-4} {how}");
            Monitor.PulseAll(levels);
        }
    }

    private void Wait(Func<bool> isThere, TimeSpan timeout, string otherwise)
    {
        var begin = Stopwatch.GetTimestamp();
        lock (levels)
        {
            while (!isThere())
            {
                var left = timeout - Stopwatch.GetElapsedTime(begin);
                if (left <= TimeSpan.Zero || !Monitor.Wait(levels, left)) throw new TimeoutException($"{otherwise} within {timeout.TotalSeconds:0.#} s.");
            }
        }
    }

    private void Write(string text) => record(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,8:0.000}  {text}"));

    private static string Name(bool level) => level ? "high" : "low";
}
