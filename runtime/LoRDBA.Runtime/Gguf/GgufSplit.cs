using System.Globalization;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// A model split over several files, as llama.cpp's <c>llama-gguf-split</c> writes it: each is a GGUF file of its own, the metadata of the
/// model is in the first, and the names end in <c>-00001-of-00003.gguf</c>.
/// </summary>
internal static class GgufSplit
{
    /// <summary>In how many files the model lies.</summary>
    public const string CountKey = "split.count";

    private const string NumberKey = "split.no";
    private const string TensorsKey = "split.tensors.count";

    /// <summary>In how many files the model of this one lies; 1 if it is whole.</summary>
    /// <exception cref="GgufException">The key is of another type.</exception>
    public static uint CountOf(GgufFile file) => Math.Max(1, file.Metadata.GetUInt32(CountKey, 1));

    /// <summary>The paths of the second part and those after it; none if the file is whole.</summary>
    /// <exception cref="GgufException">The file is not the first part, its name tells nothing of the others, or one of them is not
    /// there.</exception>
    public static IReadOnlyList<string> PathsOfOthers(GgufFile first)
    {
        var count = CountOf(first);
        if (count == 1) return [];
        var number = first.Metadata.GetUInt32(NumberKey, 0);
        if (!EndsAsPart(first.Name, count))
            throw Missing(first.Name, CountKey, $"this is part {number + 1} of {count}, but its name does not end in {EndOfName(number + 1, count)}, by which the others are found. Give all parts the names that they had.");
        string PathOf(uint part) => first.Name[..^EndOfName(1, count).Length] + EndOfName(part, count);

        if (number != 0) throw Missing(first.Name, NumberKey, $"this is part {number + 1} of {count}. Give the first one, {PathOf(1)}; the others are found by it.");
        var paths = new List<string>();
        for (var part = 2u; part <= count; part++)
        {
            paths.Add(PathOf(part));
            if (!File.Exists(paths[^1])) throw Missing(first.Name, CountKey, $"part {part} of {count} is missing: {paths[^1]}. Fetch it into the same folder.");
        }
        return paths;
    }

    /// <summary>Checks that a file is the part that its name says.</summary>
    /// <param name="part">The file.</param>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="GgufException">It is another one.</exception>
    public static void CheckPart(GgufFile part, int number, int count)
    {
        var (foundNumber, foundCount) = (part.Metadata.GetUInt32(NumberKey, 0), CountOf(part));
        if (foundNumber != number || foundCount != count)
            throw Missing(part.Name, NumberKey, $"the file says that it is part {foundNumber + 1} of {foundCount}, its name that it is part {number + 1} of {count}. Fetch it again.");
    }

    /// <summary>Checks that all parts together have the tensors that the first announces.</summary>
    /// <exception cref="GgufException">They have more or fewer.</exception>
    public static void CheckTotal(GgufFile file)
    {
        if (file.Metadata.GetUInt32(TensorsKey, (uint)file.Tensors.Count) is var announced && announced != file.Tensors.Count)
            throw Missing(file.Name, TensorsKey, $"{announced} tensors are announced, all parts together have {file.Tensors.Count}. They are parts of different models, or incomplete.");
    }

    /// <summary>How the name of a part ends that is counted from 1.</summary>
    private static string EndOfName(uint part, uint count) => string.Create(CultureInfo.InvariantCulture, $"-{part:00000}-of-{count:00000}.gguf");

    private static bool EndsAsPart(string path, uint count)
    {
        var end = EndOfName(1, count);
        return path.Length > end.Length && path[^end.Length] == '-' && path.EndsWith(end[6..], StringComparison.Ordinal)
            && path.AsSpan(path.Length - end.Length + 1, 5).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static GgufException Missing(string file, string key, string message) => new(GgufError.MissingPart, file, 0, key, message);
}
