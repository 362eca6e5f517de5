namespace LoRDBA.Runtime.Generation;

/// <summary>
/// Looks for stop strings in a text that comes in pieces. The end of a piece that could begin a stop string is held back, so that
/// no part of a stop string is shown. The first complete stop string counts, and the longest of several that end together. The cuts between
/// pieces make no difference.
/// </summary>
public sealed class StopStrings
{
    private readonly string[] stops;
    private string held = "";

    /// <summary>Watches for <paramref name="stops"/>; there may be none.</summary>
    /// <exception cref="GenerationException">One is empty.</exception>
    public StopStrings(IEnumerable<string> stops)
    {
        this.stops = [.. stops];
        Check(this.stops);
    }

    /// <summary>Whether a stop string is complete. Nothing more is to be appended then.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the next piece, and returns what can be shown: without the stop string and what follows it.</summary>
    public string Append(string piece)
    {
        held += piece;
        var (start, isFound) = Find();
        IsComplete = isFound;
        var shown = held[..start];
        held = isFound ? "" : held[start..];
        return shown;
    }

    /// <summary>Ends the text, and returns the part that was held back: no stop string came.</summary>
    public string Flush()
    {
        var shown = held;
        held = "";
        return shown;
    }

    /// <exception cref="GenerationException">One is empty.</exception>
    internal static void Check(IEnumerable<string> stops)
    {
        if (stops.Contains("")) throw new GenerationException(GenerationError.EmptyStopString, "A stop string is empty: every text would end at once. Leave it out.");
    }

    /// <summary>
    /// Place of the first complete stop string; without one, the place of the longest beginning of a stop string at the end.
    /// </summary>
    private (int Start, bool IsFound) Find()
    {
        var (start, end) = (held.Length, int.MaxValue);
        foreach (var stop in stops)
        {
            var at = held.IndexOf(stop, StringComparison.Ordinal);
            if (at < 0) continue;
            var stopEnd = at + stop.Length;
            if (stopEnd < end || stopEnd == end && at < start) (start, end) = (at, stopEnd);
        }
        if (end != int.MaxValue) return (start, true);

        foreach (var stop in stops) start = Math.Min(start, held.Length - BeginningAtEnd(stop));
        return (start, false);
    }

    private int BeginningAtEnd(string stop)
    {
        var length = Math.Min(stop.Length - 1, held.Length);
        while (length > 0 && !held.AsSpan().EndsWith(stop.AsSpan(0, length))) length--;
        return length;
    }
}
