using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>Adapters that fail their check, or crash: the one before, then the base alone.</summary>
public sealed class StoreHealthTests(StoreScenario scenario) : IClassFixture<StoreScenario>, IDisposable
{
    private readonly DiskStore disk = new(scenario);

    public void Dispose() => disk.Dispose();

    [Fact]
    public void An_unhealthy_adapter_changes_nothing_and_is_remembered()
    {
        var store = disk.Activated(scenario.Old);
        var digest = disk.Add(store, scenario.New);
        var error = Assert.Throws<StoreException>(() => store.Activate(digest, scenario.Model, _ => "it answers in rhymes."));

        Assert.Equal(StoreError.Unhealthy, error.Error);
        Assert.EndsWith("it answers in rhymes.", error.Message);
        store = AdapterStore.Open(disk.Root);
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
        Assert.Equal([digest], store.Read().Bad);
        Assert.False(File.Exists(disk.PathOf(StoreSlots.NameOf(digest))));
        Assert.Equal(StoreError.KnownBad, Assert.Throws<StoreException>(() => disk.Add(store, scenario.New)).Error);
        Assert.Equal(StoreError.KnownBad, Assert.Throws<StoreException>(() => store.Activate(digest, scenario.Model, _ => null)).Error);
    }

    [Fact]
    public void An_adapter_of_another_base_and_a_check_that_throws_leave_what_acts_and_nothing_is_bad()
    {
        using var otherModel = new TinyModel { Seed = 2 }.Load();
        var store = disk.Activated(scenario.Old);
        var (foreign, digest) = (disk.Add(store, scenario.Adapter(5, otherModel)), disk.Add(store, scenario.New));

        Assert.Equal(AdapterError.WrongBase, Assert.Throws<AdapterException>(() => store.Activate(foreign, scenario.Model, _ => null)).Error);
        Assert.Throws<InvalidOperationException>(() => store.Activate(digest, scenario.Model, _ => throw new InvalidOperationException()));
        Assert.Equal(StoreError.UnknownAdapter, Assert.Throws<StoreException>(() => store.Activate(default, scenario.Model, _ => null)).Error);
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
        Assert.Empty(store.Read().Bad);
        store.Activate(digest, scenario.Model, _ => null).Dispose();
    }

    [Fact]
    public void A_trial_that_crashes_three_times_is_the_last_one()
    {
        var folder = scenario.Prepare();
        var digest = StoreScenario.Open(folder).Add(scenario.New, "new");
        for (var crash = 0; crash < StoreState.MaxCrashes; crash++)
        {
            // The process ends inside of the check: nothing is written any more.
            folder.Fault = null;
            Assert.Throws<PowerCutException>(() => StoreScenario.Open(folder).Activate(digest, scenario.Model, _ =>
            {
                folder.Fault = new Fault(FaultKind.Cut, 0, Always: true);
                throw new PowerCutException();
            }));
            folder = folder.Boot(crash);
            Assert.Equal(StoreScenario.DigestOf(scenario.Old), scenario.Start(folder.Copy()));
        }

        Assert.Equal(StoreError.Unhealthy, Assert.Throws<StoreException>(() => StoreScenario.Open(folder).Activate(digest, scenario.Model, _ => null)).Error);
        Assert.Equal([digest], StoreScenario.Open(folder).Read().Bad);
        StoreScenario.AssertTidy(folder);
    }

    [Fact]
    public void After_three_crashes_in_a_row_the_previous_adapter_serves_and_after_three_more_the_base_alone()
    {
        var store = disk.Activated(scenario.Old);
        store.MarkHealthy(StoreScenario.DigestOf(scenario.Old));
        var digest = disk.Add(store, scenario.New);
        store.Activate(digest, scenario.Model, _ => null).Dispose();
        for (var start = 0; start < StoreState.MaxCrashes; start++) Assert.Equal(digest, disk.Serving(AdapterStore.Open(disk.Root)));
        for (var start = 0; start < StoreState.MaxCrashes; start++) Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(AdapterStore.Open(disk.Root)));
        for (var start = 0; start < 5; start++) Assert.Null(disk.Serving(AdapterStore.Open(disk.Root)));

        // The new one never did its work. The old one has: it may be tried again.
        Assert.Equal([digest], store.Read().Bad);
        Assert.Equal([StoreScenario.DigestOf(scenario.Old)], store.Read().Slots.Select(slot => slot.Digest));
        store.Activate(StoreScenario.DigestOf(scenario.Old), scenario.Model, _ => null).Dispose();
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
    }

    [Fact]
    public void A_report_of_health_ends_the_count()
    {
        var store = disk.Activated(scenario.Old, scenario.New);
        for (var start = 0; start < 10; start++)
        {
            Assert.Equal(StoreScenario.DigestOf(scenario.New), disk.Serving(store));
            Assert.Equal(start % 3 + 1, store.Read().Starts);
            store.MarkHealthy(StoreScenario.DigestOf(scenario.Old));
            if (start % 3 == 2) store.MarkHealthy(StoreScenario.DigestOf(scenario.New));
        }
    }
}
