namespace LoRDBA.Runtime.Generation;

/// <summary>
/// Watches a text that comes in pieces for strings that end it. What could still become such a string is held back, so that
/// none of it is shown; the first that is complete counts, and of several that end together the longest. How the text is
/// cut into pieces makes no difference.
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

    /// <summary>Ends the text: what was held back is part of it after all.</summary>
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

    /// <summary>Where the first complete stop string begins; if there is none, where the longest beginning of one at the end does.</summary>
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
