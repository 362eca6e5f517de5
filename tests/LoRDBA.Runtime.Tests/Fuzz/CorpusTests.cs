using LoRDBA.Fuzz.Targets;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Fuzz;

/// <summary>Replays what the fuzzer has found and kept (tests/LoRDBA.Fuzz): each input is used or refused, in little memory.</summary>
public sealed class CorpusTests
{
    private const long MaxAllocated = 64 << 20;

    public static TheoryData<string> Targets => [.. Target.All.Select(create => { using var target = create(); return target.Name; })];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_input_is_used_or_refused(string name)
    {
        var files = Directory.GetFiles(Path.Combine(SharedFiles.RepositoryRoot, "tests", "LoRDBA.Fuzz", "corpus", name));
        using var target = Target.All.Select(create => create()).First(target => target.Name == name);

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var input = File.ReadAllBytes(file);
            var before = GC.GetAllocatedBytesForCurrentThread();
            target.Run(input);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
        });
    }
}
