using LoRDBA.Examples.HomePanel.Hosting;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Memory;
using Microsoft.Extensions.Logging;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>
/// The adapters that came by updates. What is active serves the household of its name; the others keep the adapters that they are
/// configured with. A start counts as a crash until the adapter has answered, the panel has run for a minute, or it stops cleanly.
/// </summary>
internal sealed class UpdateStore
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    private readonly AdapterStore store;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly long start;
    private Sha256Digest? unproven;

    private UpdateStore(AdapterStore store, ILogger logger, TimeProvider time) => (this.store, this.logger, this.time, start) = (store, logger, time, time.GetTimestamp());

    /// <summary>Opens the store; null where none is configured, or where its folder cannot be read. The panel serves without one, too.</summary>
    public static UpdateStore? Open(string folder, ILogger logger, TimeProvider time)
    {
        if (folder.Length == 0) return null;
        try
        {
            return new UpdateStore(AdapterStore.OpenOrCreate(folder), logger, time);
        }
        catch (StoreException e)
        {
            logger.StoreUnusable(e.Message);
            return null;
        }
    }

    /// <summary>Hands the active adapter to its household, if there is one and the adapter passes its golden prompts.</summary>
    /// <returns>The household; null if none was changed.</returns>
    public Household? Restore(PanelEngine engine, IReadOnlyList<Household> households)
    {
        var adapter = store.BeginServing(engine.Model);
        foreach (var notice in store.Notices) logger.StoreNotice(notice);
        if (adapter is null) return null;
        var household = households.FirstOrDefault(household => household.Name == adapter.Name);
        var fault = household is null ? "no household has its name" : engine.FindFault(adapter, household.Options);
        if (fault is not null)
        {
            // Not reported as healthy: after three such starts the store goes back by itself.
            logger.AdapterRefused(adapter.Digest.Short, fault);
            adapter.Dispose();
            return null;
        }
        household!.Serve(adapter);
        unproven = adapter.Digest;
        return household;
    }

    /// <summary>Adds an adapter, tries it with its household's golden prompts, and lets it act.</summary>
    /// <returns>The household that it serves.</returns>
    /// <exception cref="LordbaException">It is no sound adapter, no household's, or it failed; nothing changed.</exception>
    public Household Update(string path, PanelEngine engine, IReadOnlyList<Household> households)
    {
        var digest = store.Add(path);
        Household? household = null;
        var adapter = store.Activate(digest, engine.Model, candidate =>
        {
            household = households.FirstOrDefault(household => household.Name == candidate.Name);
            return household is null ? $"no household is called '{candidate.Name}'." : engine.FindFault(candidate, household.Options);
        });
        household!.Serve(adapter);
        unproven = digest;
        return household;
    }

    /// <summary>An adapter answered.</summary>
    public void Answered(Adapter adapter)
    {
        if (unproven == adapter.Digest) Prove();
    }

    /// <summary>The panel is idle.</summary>
    public void Idle()
    {
        if (unproven is not null && time.GetElapsedTime(start) > LongEnough) Prove();
    }

    /// <summary>Reports the active adapter as healthy, unless that is done.</summary>
    public void Prove()
    {
        if (unproven is not { } digest) return;
        unproven = null;
        try
        {
            store.MarkHealthy(digest);
        }
        catch (StoreException e)
        {
            logger.StoreUnusable(e.Message);
        }
    }
}
