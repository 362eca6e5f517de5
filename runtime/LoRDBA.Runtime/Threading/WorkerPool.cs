using System.Runtime.ExceptionServices;

namespace LoRDBA.Runtime.Threading;

/// <summary>
/// A fixed set of threads that all run one body, which was given at construction: no task object, no closure and no
/// allocation per run. The calling thread is worker 0.
/// </summary>
/// <remarks>
/// Between two runs a worker spins for a moment (the next token follows at once) and then parks; so does the caller that
/// waits for the last of them. Within a run the workers meet at <see cref="Barrier"/>.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>About 50 µs: longer than sampling a token takes, shorter than anyone would notice on a battery.</summary>
    private const int SpinsBeforePark = 2_000;

    private readonly Action<int> body;
    private readonly Thread[] threads;
    private readonly object gate = new();
    private int workers;
    private volatile int run;
    private volatile int running;
    private volatile bool stopping;
    private Exception? failure;

    /// <summary>Starts <paramref name="workers"/> - 1 threads; each run calls <paramref name="body"/> once per worker with its index.</summary>
    public WorkerPool(int workers, Action<int> body)
    {
        this.body = body;
        this.workers = workers;
        Barrier = new SpinBarrier(workers);
        threads = new Thread[workers - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var worker = i + 1;
            threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"lordba worker {worker}" };
            threads[i].Start();
        }
    }

    /// <summary>How many workers run, the caller among them: from 1 to as many as there are; the others stay parked.</summary>
    public int Workers
    {
        get => workers;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, threads.Length + 1);
            workers = value;
            Barrier.Reset(value);
        }
    }

    /// <summary>Where all workers of a run meet.</summary>
    public SpinBarrier Barrier { get; }

    /// <summary>Runs the body on all workers and returns when the last one is done.</summary>
    /// <exception cref="Exception">The first failure of any worker, as it was thrown there.</exception>
    public void Run()
    {
        running = workers - 1;
        lock (gate)
        {
            run++;
            Monitor.PulseAll(gate);
        }

        Execute(worker: 0);
        for (var spins = 0; running != 0 && spins < SpinsBeforePark; spins++) Thread.SpinWait(4);
        lock (gate)
            while (running != 0) Monitor.Wait(gate);

        if (failure is not { } thrown) return;
        failure = null;
        Barrier.Reset(workers);
        ExceptionDispatchInfo.Throw(thrown);
    }

    private void Serve(int worker)
    {
        ProcessorAffinity.TryPin(worker, threads.Length + 1);
        for (var done = 0; ;)
        {
            for (var spins = 0; run == done && spins < SpinsBeforePark; spins++) Thread.SpinWait(4);
            lock (gate)
            {
                while (run == done && !stopping) Monitor.Wait(gate);
                if (stopping) return;
                done = run;
                if (worker >= workers) continue;
            }

            Execute(worker);
            if (Interlocked.Decrement(ref running) != 0) continue;
            lock (gate) Monitor.PulseAll(gate);
        }
    }

    /// <summary>A failed worker must not leave the others waiting: it breaks the barrier, and the run throws its error.</summary>
    private void Execute(int worker)
    {
        try
        {
            body(worker);
        }
        catch (BarrierBrokenException)
        {
            // Another worker failed first; its error is the one to report.
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref failure, error, null);
            Barrier.Break();
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads) thread.Join();
    }
}
