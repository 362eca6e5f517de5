namespace LoRDBA.Boards;

/// <summary>The kernel's folders, some of which a board lacks.</summary>
internal static class Folders
{
    /// <summary>The folders in one, by name; none where there is none.</summary>
    public static string[] In(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var found = Directory.GetDirectories(folder);
        Array.Sort(found, StringComparer.Ordinal);
        return found;
    }

    /// <summary>The text of a small file without the line end; null where there is none.</summary>
    public static string? TextOf(string path) => File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n', '\0') : null;
}
