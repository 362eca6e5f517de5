using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>
/// The adapters of a device, in a folder that survives power cuts at any moment: one line of versions, of which one acts and the one
/// before it is kept. Each is verified by its digest whenever it is loaded.
/// </summary>
/// <remarks>
/// A program opens the store, takes what serves (<see cref="BeginServing"/>), and reports when that has done its work
/// (<see cref="MarkHealthy"/>). An update is added, then activated. Calls from several threads, and from several processes, wait for one
/// another; a health check runs while nobody waits.
/// <code>
///   lock                  empty; locked while a process changes the store
///   state.0, state.1      the last two states (<see cref="StoreState"/>)
///   DIGEST.lordba         an adapter
///   NAME.part             one of these files while it is written
/// </code>
/// </remarks>
public sealed partial class AdapterStore
{
    private readonly IStoreFolder folder;
    private readonly StateCopies copies;
    private readonly StoreSlots slots;
    private readonly AdapterPolicy policy;
    private readonly List<string> notices = [];
    private readonly Lock gate = new();

    private AdapterStore(IStoreFolder folder, AdapterPolicy policy)
    {
        (this.folder, this.policy) = (folder, policy);
        (copies, slots) = (new StateCopies(folder), new StoreSlots(folder));
    }

    /// <summary>The folder.</summary>
    public string Path => folder.Path;

    /// <summary>What was not as it should be, in words, the oldest first: what was repaired, and what else served instead.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (gate) return [.. notices];
        }
    }

    /// <summary>Opens a store. Removes what an interrupted change left, and rebuilds a damaged state from the verified adapters.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="policy">What an adapter may be; null for anything.</param>
    /// <exception cref="StoreException">There is no store, or it cannot be read.</exception>
    public static AdapterStore Open(string path, AdapterPolicy? policy = null) =>
        Open(Guarded(path, () => DiskFolder.Open(path)), create: false, policy ?? AdapterPolicy.Any);

    /// <summary>Opens a store, and makes the folder and an empty store where there is none.</summary>
    /// <exception cref="StoreException">It cannot be made or read.</exception>
    /// <inheritdoc cref="Open(string, AdapterPolicy?)"/>
    public static AdapterStore OpenOrCreate(string path, AdapterPolicy? policy = null) =>
        Open(Guarded(path, () => DiskFolder.OpenOrCreate(path)), create: true, policy ?? AdapterPolicy.Any);

    /// <summary>Opens or makes a store in a folder.</summary>
    internal static AdapterStore Open(IStoreFolder folder, bool create, AdapterPolicy policy)
    {
        var store = new AdapterStore(folder, policy);
        if (store.IsEmpty())
        {
            if (!create) throw new StoreException(StoreError.NoStore, $"{folder.Path}: there is no adapter store in this folder. Add an adapter, and one is made.");
            store.Change(state => state);
            return store;
        }
        try
        {
            store.Change(state => state);
        }
        catch (StoreException e)
        {
            // A storage that is read-only, full or failing still serves.
            store.Tell($"nothing was tidied up: {e.Message}");
        }
        return store;
    }

    /// <summary>All adapters, each verified now.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public StoreContent Read() => Guarded(() =>
    {
        lock (gate)
        {
            var state = Current(strict: false, out _);
            return new StoreContent([.. state.Slots.Select(digest => Describe(digest, state))], state.Bad, state.Starts);
        }
    });

    /// <summary>All adapters, if every one is sound.</summary>
    /// <exception cref="StoreException">One is damaged, or the store cannot be read.</exception>
    public StoreContent Verify()
    {
        var content = Read();
        var faults = content.Slots.Select(slot => slot.Fault).OfType<string>().ToList();
        return faults.Count == 0 ? content : throw new StoreException(StoreError.DamagedSlot, $"{Path}: {faults.Count} of {content.Slots.Count} adapters are damaged. {string.Join(" ", faults)}");
    }

    /// <summary>The adapter whose digest begins with some hexadecimal digits.</summary>
    /// <param name="digits">The digits, in lower case.</param>
    /// <exception cref="StoreException">No adapter's digest begins so, or several do; or the store cannot be read.</exception>
    public Sha256Digest Find(string digits)
    {
        var found = Guarded(() => Current(strict: false, out _)).Slots.Where(slot => slot.ToString().StartsWith(digits, StringComparison.Ordinal)).ToList();
        return found.Count == 1
            ? found[0]
            : throw new StoreException(StoreError.UnknownAdapter, $"{Path}: the digests of {found.Count} adapters begin with '{digits}'. Give more of the digits that list shows.");
    }

    /// <summary>
    /// What serves from now on: the active adapter; the previous one if it is damaged or does not fit; null for the base alone. A start
    /// counts as a crash unless <see cref="MarkHealthy"/> follows. After three in a row the previous adapter serves, after three of its own
    /// the base alone. A storage that cannot be written serves as well, without counting.
    /// </summary>
    /// <param name="model">The base.</param>
    /// <returns>The adapter, which the caller disposes.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Adapter? BeginServing(Model model)
    {
        try
        {
            Change(state => state.WithStart());
        }
        catch (StoreException e)
        {
            Tell($"this start is not counted: {e.Message}");
        }

        var state = Guarded(() => Current(strict: false, out _));
        foreach (var digest in new[] { state.Active, state.Previous }.OfType<Sha256Digest>())
        {
            try
            {
                return Load(digest, model);
            }
            catch (LordbaException e)
            {
                Tell($"the adapter {digest.Short} does not serve: {e.Message}");
            }
        }
        return null;
    }

    /// <summary>Reports that an adapter has done its work since it started. Says nothing about another one than the active.</summary>
    /// <param name="served">What served.</param>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public void MarkHealthy(Sha256Digest served) => Change(state => state.Active == served ? state.WithHealth() : state);

    private Adapter Load(Sha256Digest digest, Model model) => AdapterLoader.Load(Guarded(() => slots.Open(digest)), model, policy);

    private StoreSlot Describe(Sha256Digest digest, StoreState state)
    {
        var role = digest == state.Active ? StoreRole.Active : digest == state.Previous ? StoreRole.Previous : StoreRole.Added;
        try
        {
            using var file = slots.Open(digest);
            return new(digest, role, file.Header.Name, file.Length, null);
        }
        catch (Exception e) when (e is LordbaException || IsInputOutput(e))
        {
            return new(digest, role, null, 0, e.Message);
        }
    }
}
