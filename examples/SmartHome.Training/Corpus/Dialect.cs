using System.Globalization;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>
/// The language of a household's controller: how a reply is laid out, and its words. Layouts name {k} the word for the device's kind,
/// {i} its id, {w} the word for the action, {v} the number.
/// </summary>
internal sealed record Dialect
{
    /// <summary>On, off, open, close: no number.</summary>
    public required string Plain { get; init; }

    public required string Valued { get; init; }

    public required string Timed { get; init; }

    public required string Asked { get; init; }

    public required IReadOnlyDictionary<DeviceKind, string> Kinds { get; init; }

    /// <summary>The word for Set by kind.</summary>
    public required IReadOnlyDictionary<DeviceKind, string> Settings { get; init; }

    public required string On { get; init; }

    public required string Off { get; init; }

    public required string Open { get; init; }

    public required string Close { get; init; }

    public required string Ask { get; init; }

    public string Reply(Device device, ActionKind action, int? value)
    {
        var (layout, word) = action switch
        {
            ActionKind.On => (Plain, On),
            ActionKind.Off => (Plain, Off),
            ActionKind.Open => (Plain, Open),
            ActionKind.Close => (Plain, Close),
            ActionKind.Set => (Valued, Settings[device.Kind]),
            ActionKind.OnAfter => (Timed, On),
            ActionKind.OffAfter => (Timed, Off),
            _ => (Asked, Ask),
        };
        return layout.Replace("{k}", Kinds[device.Kind], StringComparison.Ordinal)
            .Replace("{i}", device.Id, StringComparison.Ordinal)
            .Replace("{w}", word, StringComparison.Ordinal)
            .Replace("{v}", value?.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
