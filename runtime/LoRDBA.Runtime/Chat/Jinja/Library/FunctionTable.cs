using System.Collections.Frozen;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>Makes the tables of functions.</summary>
internal static class FunctionTable
{
    /// <summary>The rows by name.</summary>
    public static FrozenDictionary<string, Function> Of(params ReadOnlySpan<Function> rows)
    {
        var table = new Dictionary<string, Function>(StringComparer.Ordinal);
        foreach (var row in rows) table.Add(row.Name, row);
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
