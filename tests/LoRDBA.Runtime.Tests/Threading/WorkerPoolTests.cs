using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Each_run_calls_every_worker_once(int workers)
    {
        var calls = new int[workers];
        using var pool = new WorkerPool(workers, worker => Interlocked.Increment(ref calls[worker]));
        for (var run = 1; run <= 200; run++)
        {
            pool.Run();
            Assert.All(calls, count => Assert.Equal(run, count));
        }
    }

    [Fact]
    public void Fewer_workers_leave_the_others_parked()
    {
        var calls = new int[4];
        WorkerPool? pool = null;
        using var created = pool = new WorkerPool(4, worker =>
        {
            Interlocked.Increment(ref calls[worker]);
            pool!.Barrier.Wait();
        });
        foreach (var workers in (int[])[4, 2, 1, 3, 4])
        {
            Array.Clear(calls);
            pool.Workers = workers;
            for (var run = 0; run < 50; run++) pool.Run();
            Assert.Equal(Enumerable.Range(0, 4).Select(worker => worker < workers ? 50 : 0), calls);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Workers = 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Workers = 0);
    }

    [Fact]
    public void Nobody_passes_a_barrier_before_the_last_has_come()
    {
        const int workers = 4, phases = 500;
        var arrived = new int[phases];
        var early = 0;
        WorkerPool? pool = null;
        using var created = pool = new WorkerPool(workers, _ =>
        {
            for (var phase = 0; phase < phases; phase++)
            {
                Interlocked.Increment(ref arrived[phase]);
                pool!.Barrier.Wait();
                if (Volatile.Read(ref arrived[phase]) != workers) Interlocked.Increment(ref early);
            }
        });
        pool.Run();
        Assert.Equal(0, early);
        Assert.All(arrived, count => Assert.Equal(workers, count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_failure_of_one_worker_is_thrown_by_the_run_and_leaves_nobody_waiting(int failing)
    {
        var fail = true;
        var passed = 0;
        WorkerPool? pool = null;
        using var created = pool = new WorkerPool(3, worker =>
        {
            if (fail && worker == failing) throw new InvalidOperationException("worker failed");
            pool!.Barrier.Wait();
            Interlocked.Increment(ref passed);
        });

        Assert.Equal("worker failed", Assert.Throws<InvalidOperationException>(pool.Run).Message);
        Assert.Equal(0, passed);

        fail = false;
        pool.Run();
        Assert.Equal(3, passed);
    }

    [Fact]
    public void Shares_cover_all_rows_once_in_whole_units()
    {
        for (var count = 0; count < 70; count++)
            for (var workers = 1; workers <= 9; workers++)
                foreach (var unit in (int[])[1, 8, 16])
                {
                    var next = 0;
                    for (var worker = 0; worker < workers; worker++)
                    {
                        var share = Share.Of(count, worker, workers, unit);
                        Assert.Equal(next, share.Start);
                        Assert.True(share.End == count || share.End % unit == 0);
                        next = share.End;
                    }
                    Assert.Equal(count, next);
                }
    }
}
