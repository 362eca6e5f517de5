using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Runtime.Adapters;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>A household with the adapter that serves it now.</summary>
internal sealed class Household(HouseholdOptions options, Adapter adapter) : IDisposable
{
    private int nextCommand;

    public HouseholdOptions Options { get; } = options;

    public string Name => Options.Name;

    public Adapter Adapter { get; private set; } = adapter;

    /// <summary>What the next short press says.</summary>
    public string NextButtonCommand() => Options.ButtonCommands[nextCommand++ % Options.ButtonCommands.Count];

    /// <summary>Another adapter serves it; the one before is let go.</summary>
    public void Serve(Adapter adapter)
    {
        Adapter.Dispose();
        Adapter = adapter;
    }

    /// <inheritdoc/>
    public void Dispose() => Adapter.Dispose();
}
