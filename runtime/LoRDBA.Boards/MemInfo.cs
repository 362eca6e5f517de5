using System.Globalization;
using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>/proc/meminfo: a line per quantity, "MemTotal:    8052736 kB".</summary>
internal static class MemInfo
{
    public static Information? Read(string root, string name)
    {
        var path = Path.Combine(root, "proc/meminfo");
        if (!File.Exists(path)) return null;
        foreach (var line in File.ReadLines(path))
        {
            if (!line.StartsWith($"{name}:", StringComparison.Ordinal)) continue;
            var digits = line.AsSpan(name.Length + 1).Trim();
            var end = digits.IndexOf(' ');
            if (long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)) return Information.FromKibibytes(kibibytes);
        }
        return null;
    }
}
