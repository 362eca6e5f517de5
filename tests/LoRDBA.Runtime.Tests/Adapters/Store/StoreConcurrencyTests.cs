using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>Several programs change a store at once.</summary>
public sealed class StoreConcurrencyTests(StoreScenario scenario) : IClassFixture<StoreScenario>, IDisposable
{
    private readonly DiskStore disk = new(scenario);

    public void Dispose() => disk.Dispose();

    [Fact]
    public void An_update_during_an_update_comes_before_or_after_it()
    {
        var store = disk.Activated(scenario.Old);
        var (first, second) = (disk.Add(store, scenario.New), disk.Add(store, scenario.Adapter(7)));
        store.Activate(first, scenario.Model, _ =>
        {
            AdapterStore.Open(disk.Root).Activate(second, scenario.Model, _ => null).Dispose();
            return null;
        }).Dispose();

        Assert.Equal([(second, StoreRole.Previous), (first, StoreRole.Active)], store.Read().Slots.OrderByDescending(slot => slot.Role).Select(slot => (slot.Digest, slot.Role)));
    }

    [Fact]
    public void A_rollback_during_an_update_comes_before_it()
    {
        var store = disk.Activated(scenario.Oldest, scenario.Old);
        var digest = disk.Add(store, scenario.New);
        store.Activate(digest, scenario.Model, _ =>
        {
            AdapterStore.Open(disk.Root).Rollback();
            return null;
        }).Dispose();

        Assert.Equal((digest, StoreScenario.DigestOf(scenario.Oldest)), (Only(StoreRole.Active), Only(StoreRole.Previous)));

        Sha256Digest Only(StoreRole role) => Assert.Single(store.Read().Slots, slot => slot.Role == role).Digest;
    }

    [Fact]
    public async Task Changes_of_many_stores_at_once_are_made_one_after_the_other()
    {
        disk.Activated(scenario.Oldest, scenario.Old);
        await Task.WhenAll(Enumerable.Range(10, 3).Select(seed => Task.Run(() =>
        {
            var store = AdapterStore.Open(disk.Root);
            for (var round = 0; round < 3; round++)
            {
                var digest = store.Add(scenario.Adapter(100 * seed + round), "adapter");
                // Two activations later somebody else's are the active and the previous one, and this one may be gone.
                var error = Record.Exception(() => store.Activate(digest, scenario.Model, _ => null).Dispose());
                Assert.True(error is null or StoreException { Error: StoreError.UnknownAdapter }, $"{error}");
            }
        })));
        var store = AdapterStore.Open(disk.Root);

        Assert.Empty(store.Notices);
        Assert.Equal([StoreRole.Active, StoreRole.Previous], store.Read().Slots.Select(slot => slot.Role).Order());
        Assert.All(store.Read().Slots, slot => Assert.Null(slot.Fault));
    }
}
