using System.Collections.Concurrent;
using LoRDBA.Examples.HomePanel.Hosting;
using LoRDBA.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>
/// The one thread that owns the panel's engine. It does what others post, one after the other, and shows that it is alive by a beat after
/// every token and whenever it looks for work.
/// </summary>
internal sealed class GeneratingLoop(Panel panel, TimeProvider time, ILogger<GeneratingLoop> logger) : BackgroundService
{
    // As many presses may wait as a person will wait for.
    private const int MaxWaiting = 16;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly BlockingCollection<Job> jobs = new(MaxWaiting);
    private long lastBeat = time.GetTimestamp();
    private long dropped;

    private sealed record Job(Func<Panel, Action, CancellationToken, string> Work, Action<string> Done);

    /// <summary>The time since the loop last showed that it is alive.</summary>
    public TimeSpan SinceBeat => time.GetElapsedTime(Interlocked.Read(ref lastBeat));

    /// <summary>Presses that found no room.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Posts work, or drops it where too much waits.</summary>
    public void Post(Func<Panel, Action, CancellationToken, string> work, Action<string> done)
    {
        if (!jobs.TryAdd(new Job(work, done))) Interlocked.Increment(ref dropped);
    }

    /// <summary>Posts work, waits for room, and gives its result.</summary>
    public async Task<string> RunAsync(Func<Panel, Action, CancellationToken, string> work, CancellationToken stopping)
    {
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = new Job(work, result.SetResult);
        while (!jobs.TryAdd(job)) await Task.Delay(Tick, stopping);
        return await result.Task.WaitAsync(stopping);
    }

    /// <summary>A bench stops the loop, so that the watchdog has to act. Does not return.</summary>
    public static string Hang()
    {
        Thread.Sleep(Timeout.Infinite);
        return "";
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Beat();
            var isThere = jobs.TryTake(out var job, Tick);
            panel.Switch();
            if (!isThere)
            {
                panel.Idle();
                continue;
            }
            try
            {
                job!.Done(job.Work(panel, Beat, stopping));
            }
            catch (LordbaException e)
            {
                logger.Refused(e.Code);
                job!.Done($"error: {e.Message.ReplaceLineEndings(" ")}");
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
        }
        panel.Settle();
    }

    private void Beat() => Interlocked.Exchange(ref lastBeat, time.GetTimestamp());
}
