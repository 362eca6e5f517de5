using System.Security.Cryptography;
using LoRDBA.Fuzz.Targets;

namespace LoRDBA.Fuzz;

/// <summary>
/// The inputs that are committed and replayed by the tests: <c>corpus/TARGET/NAME</c>. Those that the fuzzer kept have a digest for a name; what was a
/// finding has a name that says what it was.
/// </summary>
internal static class Corpus
{
    /// <summary>Bytes that a target's kept inputs may have together.</summary>
    private const int MaxBytes = 24 << 10;

    /// <summary>All inputs of a target.</summary>
    public static IEnumerable<byte[]> Read(string root, string target) =>
        Directory.Exists(Path.Combine(root, target)) ? Directory.GetFiles(Path.Combine(root, target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];

    /// <summary>Replaces the kept inputs by a small set that reaches most of what all of these do: the shortest first, each of which must add something.</summary>
    public static void Write(string root, Target target, IEnumerable<byte[]> inputs)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, target.Name)).FullName;
        foreach (var file in Directory.GetFiles(folder).Where(file => Path.GetFileName(file) is { Length: 12 } name && name.All(char.IsAsciiHexDigitLower))) File.Delete(file);

        var (coverage, left) = (new Coverage(), MaxBytes);
        foreach (var input in inputs.OrderBy(input => input.Length))
        {
            var edges = coverage.Edges;
            coverage.Begin();
            target.Run(input);
            coverage.AddsNew();
            if (coverage.Edges == edges || input.Length > left) continue;
            left -= input.Length;
            File.WriteAllBytes(Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..12]), input);
        }
    }
}
