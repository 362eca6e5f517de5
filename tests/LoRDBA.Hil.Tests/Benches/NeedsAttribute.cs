using Xunit.v3;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>What a test needs of a board, as a trait <c>needs</c>: a board that lacks it skips the test, and a run can be narrowed to it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class NeedsAttribute(string what) : Attribute, ITraitAttribute
{
    /// <summary>The trait's name.</summary>
    public const string Trait = "needs";

    /// <summary>The button can be driven, light and relay be seen.</summary>
    public const string Lines = "lines";

    /// <summary>Ready and Busy can be seen.</summary>
    public const string StateLines = "state lines";

    /// <summary>The button can be driven a thousand times in a burst.</summary>
    public const string Burst = "burst";

    /// <summary>A sensor of which the bench knows what it measures.</summary>
    public const string Sensor = "sensor";

    /// <summary>Power can be cut.</summary>
    public const string PowerCut = "power cut";

    /// <summary>The panel's store is on a disk that outlives the power.</summary>
    public const string Store = "store";

    /// <summary>The board's temperature can be played.</summary>
    public const string InjectedHeat = "injected heat";

    /// <summary>A supervisor that the panel notifies.</summary>
    public const string Supervisor = "supervisor";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, what)];
}
