namespace LoRDBA.Runtime.Threading;

/// <summary>
/// Lets a fixed number of workers wait for one another between two phases of a step, some hundred times per token. A phase
/// lasts microseconds, so a worker spins first. A longer wait means that some worker lost its core to another program:
/// then the waiting worker sleeps, because spinning on would keep the core that the other worker needs.
/// </summary>
internal sealed class SpinBarrier
{
    /// <summary>About 50 µs: several times the cost of an uneven share, and of waking a sleeper.</summary>
    private const int SpinsBeforeSleep = 2_000;

    private int workers;
    private readonly object gate = new();
    private volatile int phase;
    private volatile bool broken;
    private int missing;
    private int sleepers;

    public SpinBarrier(int workers) => this.workers = missing = workers;

    /// <summary>Returns when all workers have come here.</summary>
    /// <exception cref="BarrierBrokenException">Another worker failed and will never come.</exception>
    public void Wait()
    {
        var current = phase;
        if (Interlocked.Decrement(ref missing) == 0)
        {
            missing = workers;
            phase = current + 1;
            WakeSleepers();
            return;
        }

        for (var spins = 0; spins < SpinsBeforeSleep && phase == current && !broken; spins++) Thread.SpinWait(4);
        if (phase == current) Sleep(current);
    }

    /// <summary>Releases all who wait, with an error.</summary>
    public void Break()
    {
        broken = true;
        WakeSleepers();
    }

    /// <summary>Makes the barrier usable again, for so many workers; only while nobody is in it.</summary>
    public void Reset(int workers)
    {
        this.workers = missing = workers;
        broken = false;
    }

    private void Sleep(int current)
    {
        lock (gate)
        {
            // The sleeper is counted with a full fence before the phase is read again: a worker that changes the phase from now on sees the
            // sleeper.
            Interlocked.Increment(ref sleepers);
            while (phase == current && !broken) Monitor.Wait(gate);
            Interlocked.Decrement(ref sleepers);
        }
        if (phase == current) throw new BarrierBrokenException();
    }

    private void WakeSleepers()
    {
        Interlocked.MemoryBarrier();
        if (sleepers == 0) return;
        lock (gate) Monitor.PulseAll(gate);
    }
}

/// <summary>Tells a worker that another one failed; the pool reports the failure itself, never this.</summary>
internal sealed class BarrierBrokenException : Exception;
