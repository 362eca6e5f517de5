using System.Diagnostics.CodeAnalysis;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>A dictionary from texts to values, in the order in which the keys came.</summary>
internal sealed class MapValue : Value
{
    private readonly OrderedDictionary<string, (TextValue Key, Value Value)> entries;

    /// <summary>Of keys that come twice, the last counts.</summary>
    public MapValue(IEnumerable<(TextValue Key, Value Value)> entries)
    {
        this.entries = new(StringComparer.Ordinal);
        foreach (var entry in entries) this.entries[entry.Key.Chars] = entry;
    }

    /// <inheritdoc/>
    public override string Kind => "a dictionary";

    /// <inheritdoc/>
    public override bool IsTrue => Count > 0;

    /// <summary>How many keys.</summary>
    public int Count => entries.Count;

    /// <summary>Keys and values.</summary>
    public IEnumerable<(TextValue Key, Value Value)> Entries => entries.Values;

    /// <summary>The value of a key.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out Value? value)
    {
        var isThere = entries.TryGetValue(key, out var entry);
        value = entry.Value;
        return isThere;
    }
}
