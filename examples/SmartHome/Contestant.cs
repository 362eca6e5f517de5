using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Examples.SmartHome;

/// <summary>The base alone or with one adapter, and what it achieved.</summary>
internal sealed class Contestant(string name, Adapter? adapter)
{
    // Run before anything is measured, until the just-in-time compiler has done its work.
    private const int WarmUpCommands = 16;

    /// <summary>How tables call it.</summary>
    public string Name { get; } = name;

    /// <summary>Null for the base alone.</summary>
    public Adapter? Adapter { get; } = adapter;

    /// <summary>Time of a switch to it between two tokens.</summary>
    public TimeSpan Switched { get; private set; }

    /// <summary>One per test set.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; private set; } = [];

    /// <summary>Which adapter the sequence says has acted: a digest, not a name.</summary>
    public string Acted { get; private set; } = "";

    public void Run(Trial trial, Sequence sequence, Contestant before, IReadOnlyList<TestSet> sets)
    {
        trial.Switch(Adapter, before.Adapter);
        trial.Run(sets[0] with { Commands = [.. sets[0].Commands.Take(WarmUpCommands)] });
        Switched = trial.Switch(Adapter, before.Adapter);
        Outcomes = [.. sets.Select(set =>
        {
            Report.Progress($"{Name} answers {set.Name} ...");
            return trial.Run(set);
        })];
        Acted = sequence.Active is { } active ? active.Adapter.Digest.Short : "-";
    }

    /// <summary>Bytes of the fp16 LoRA that the adapter stands for: both factors, of its rank, beside every linear of the layers.</summary>
    public long LoraBytes(Model model) =>
        Adapter is null ? 0 : model.Linears.Where(linear => linear.Kind != LinearKind.Output).Sum(linear => 2L * Adapter.MaxRank * (linear.NIn + linear.NOut));
}
