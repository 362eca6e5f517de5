using LoRDBA.Examples.HomePanel.Configuration;

namespace LoRDBA.Examples.HomePanel.Lines;

/// <summary>
/// Makes presses of edges. Every edge counts in <see cref="Edges"/>; a change of the level counts when the line has been still for the
/// debounce time. A long press acts while the button is still held, a short one when it is let go.
/// </summary>
/// <remarks>
/// <code>
///   line      __|'|_|'''''''|_|'|________     edges, some of them bounces
///   settled   _______|'''''''''''''|_____     later by the debounce time
///   acts                            ^ short, or ^ long before that, once LongPress is over
/// </code>
/// </remarks>
internal sealed class PushButton : IDisposable
{
    private readonly ButtonOptions options;
    private readonly TimeProvider time;
    private readonly ITimer still, held;
    private readonly Lock gate = new();
    private bool level, settled, hasActed;
    private long lastEdge, edges, presses;

    /// <param name="options">The times.</param>
    /// <param name="time">The clock.</param>
    public PushButton(ButtonOptions options, TimeProvider time)
    {
        (this.options, this.time, lastEdge) = (options, time, time.GetTimestamp());
        still = time.CreateTimer(_ => Settle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        held = time.CreateTimer(_ => Hold(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        still.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);      // a board's first timer takes long, and should not be a press'
    }

    /// <summary>The button was pressed and let go.</summary>
    public event Action? Pressed;

    /// <summary>The button is held.</summary>
    public event Action? LongPressed;

    /// <summary>All edges of the line, in both directions.</summary>
    public long Edges => Interlocked.Read(ref edges);

    /// <summary>Presses, short and long.</summary>
    public long Presses => Interlocked.Read(ref presses);

    /// <summary>The line changed.</summary>
    public void Edge(bool isDown)
    {
        Interlocked.Increment(ref edges);
        SettleWhatWasStill();
        lock (gate) level = isDown;
        if (options.Debounce == TimeSpan.Zero) Settle();
        else still.Change(options.Debounce, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        still.Dispose();
        held.Dispose();
    }

    /// <summary>The level before this edge counts if it lasted, also when a busy machine has not come to the timers yet.</summary>
    private void SettleWhatWasStill()
    {
        TimeSpan lasted;
        lock (gate)
        {
            var now = time.GetTimestamp();
            (lasted, lastEdge) = (time.GetElapsedTime(lastEdge, now), now);
        }
        if (lasted < options.Debounce) return;
        Settle();
        if (lasted >= options.LongPress) Hold();
    }

    private void Settle()
    {
        bool isShort;
        lock (gate)
        {
            if (level == settled) return;
            settled = level;
            isShort = !settled && !hasActed;
            hasActed = false;
            // The debounce time is a part of the press.
            held.Change(settled ? options.LongPress - options.Debounce : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        if (isShort) Count(Pressed);
    }

    private void Hold()
    {
        lock (gate)
        {
            if (!settled || !level || hasActed) return;
            hasActed = true;
        }
        Count(LongPressed);
    }

    private void Count(Action? act)
    {
        Interlocked.Increment(ref presses);
        act?.Invoke();
    }
}
