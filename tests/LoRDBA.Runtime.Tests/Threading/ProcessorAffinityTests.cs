using LoRDBA.Runtime.Threading;

namespace LoRDBA.Runtime.Tests.Threading;

public sealed class ProcessorAffinityTests
{
    [Fact]
    public void A_thread_is_pinned_only_where_there_are_as_many_processors_as_workers()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("pins threads on Linux only");
        var (fewer, pinned, after, more) = (true, false, 0, true);
        var processors = Environment.ProcessorCount;
        var thread = new Thread(() =>
        {
            more = ProcessorAffinity.TryPin(0, processors + 1);
            fewer = processors > 1 && ProcessorAffinity.TryPin(0, processors - 1);
            pinned = ProcessorAffinity.TryPin(processors - 1, processors);
            after = ProcessorAffinity.Count();
        });
        thread.Start();
        thread.Join();
        Assert.Equal((false, false, true, 1), (more, fewer, pinned, after));
        Assert.Equal(processors, ProcessorAffinity.Count());
    }
}
