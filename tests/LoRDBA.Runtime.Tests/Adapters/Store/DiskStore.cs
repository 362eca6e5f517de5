using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>A store in a folder of the disk, for one test.</summary>
internal sealed class DiskStore(StoreScenario scenario) : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    /// <summary>A folder in which the store is not.</summary>
    public string Outside => temporary.Path;

    /// <summary>The store's folder.</summary>
    public string Root => Path.Combine(temporary.Path, "adapters");

    /// <summary>A store with these adapters, activated one after the other.</summary>
    public AdapterStore Activated(params byte[][] adapters)
    {
        var store = AdapterStore.OpenOrCreate(Root);
        foreach (var adapter in adapters) scenario.Activate(store, adapter);
        return store;
    }

    /// <summary>Adds an adapter from a file.</summary>
    public Sha256Digest Add(AdapterStore store, byte[] content) => store.Add(Write("download.lordba", content));

    /// <summary>A start; what serves.</summary>
    public Sha256Digest? Serving(AdapterStore store)
    {
        using var adapter = store.BeginServing(scenario.Model);
        return adapter?.Digest;
    }

    /// <summary>What the base says with an adapter.</summary>
    public float[] Logits(Adapter adapter)
    {
        using var sequence = scenario.Model.CreateSequence();
        sequence.Use(adapter);
        return sequence.Prefill([3, 1, 4]).ToArray();
    }

    /// <summary>Writes a file beside the store.</summary>
    public string Write(string name, byte[] content) => temporary.Write(name, content);

    /// <summary>A file of the store.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>All files of the store.</summary>
    public Dictionary<string, string> Snapshot() => Directory.GetFiles(Root).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));

    public void Dispose() => temporary.Dispose();
}
