namespace LoRDBA.Runtime.Threading;

/// <summary>
/// Lets a fixed number of workers wait for one another between two phases of a step, some hundred times per token:
/// spins first, since a phase lasts microseconds, then gives the processor away.
/// </summary>
internal sealed class SpinBarrier
{
    /// <summary>About 20 µs of spinning; longer means that a worker has lost its core.</summary>
    private const int SpinsBeforeYield = 1_000;

    private volatile int phase;
    private volatile bool broken;
    private readonly int workers;
    private int missing;

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
            return;
        }

        for (var spins = 0; phase == current; spins++)
        {
            if (broken) throw new BarrierBrokenException();
            if (spins < SpinsBeforeYield) Thread.SpinWait(4);
            else Thread.Yield();
        }
    }

    /// <summary>Releases all who wait, with an error.</summary>
    public void Break() => broken = true;

    /// <summary>Makes the barrier usable again; only while nobody is in it.</summary>
    public void Reset()
    {
        missing = workers;
        broken = false;
    }
}

/// <summary>Tells a worker that another one failed; the pool reports the failure itself, never this.</summary>
internal sealed class BarrierBrokenException : Exception;
