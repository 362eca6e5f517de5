using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>A storage that fails, is full or read-only at every step of an update: a reason, the adapter that served, and no leftovers.</summary>
public sealed class StorageFaultTests(StoreScenario scenario, ITestOutputHelper output) : IClassFixture<StoreScenario>
{
    private readonly SimulatedFolder prepared = scenario.Prepare();

    [Theory]
    [MemberData(nameof(StoreScenario.Faults), MemberType = typeof(StoreScenario))]
    public void The_update_fails_with_its_reason_and_an_adapter_serves(FaultKind kind, bool always)
    {
        var (old, next) = (StoreScenario.DigestOf(scenario.Old), StoreScenario.DigestOf(scenario.New));
        var (step, failed) = (0, 0);
        for (; ; step++)
        {
            var folder = prepared.Copy();
            folder.Fault = new Fault(kind, step, always);
            var (progress, where) = (0, $"step {step}");
            var thrown = Record.Exception(() => scenario.Update(folder, reached => progress = reached));
            if (folder.Steps.Count <= step) break;

            if (thrown is not null)
            {
                failed++;
                Assert.True(kind == FaultKind.Memory ? thrown is OutOfMemoryException : thrown is StoreException { Error: StoreError.Failed }, $"{where}: {thrown}");
                if (kind != FaultKind.Memory) Assert.Contains(kind switch { FaultKind.InputOutput => "Input/output error", FaultKind.NoSpace => "No space left", _ => "Read-only" }, thrown.Message);
            }
            else Assert.Equal(2, progress);

            // On the failing storage, then on the healed one, then after a power cut.
            if (kind is FaultKind.NoSpace or FaultKind.ReadOnly) Assert.Contains(scenario.Start(folder), Allowed(progress));
            folder.Fault = null;
            Assert.Contains(scenario.Start(folder.Copy()), Allowed(progress));
            for (var seed = 0; seed < 4; seed++)
            {
                var booted = folder.Boot(seed);
                Assert.Contains(scenario.Start(booted), Allowed(progress));
                StoreScenario.AssertTidy(booted);
            }

            // The same update once more really happens.
            scenario.Update(folder);
            Assert.Equal(next, scenario.Start(folder));
            StoreScenario.AssertTidy(folder);
        }
        output.WriteLine($"{step} faults, {failed} of them failed the update");
        Assert.True(failed > 0, "none failed the update");

        Sha256Digest?[] Allowed(int progress) => progress == 2 ? [next] : progress == 1 ? [old, next] : [old];
    }

    [Fact]
    public void Too_little_space_is_told_before_anything_is_written()
    {
        var folder = prepared.Copy();
        var store = StoreScenario.Open(folder);
        folder.Space = scenario.New.Length;
        var before = folder.Files;
        var error = Assert.Throws<StoreException>(() => store.Add(scenario.New, "new"));

        Assert.Equal(StoreError.NoSpace, error.Error);
        Assert.Contains($"{scenario.New.Length} are free", error.Message);
        Assert.Equal(before, folder.Files);
    }

    [Fact]
    public void Every_commit_syncs_the_file_then_renames_it_then_syncs_the_folder()
    {
        var folder = prepared.Copy();
        scenario.Update(folder);
        var renames = folder.Steps.Index().Where(step => step.Item.StartsWith("rename ")).ToList();

        Assert.True(renames.Count >= 5, $"{renames.Count} renames");
        Assert.All(renames, rename =>
        {
            var part = rename.Item.Split(' ')[1];
            Assert.Equal([$"create {part}", $"write {part}", $"sync {part}", $"read back {part}", rename.Item, "sync folder"], folder.Steps[(rename.Index - 4)..(rename.Index + 2)]);
        });
    }
}
