using System.Text;

namespace LoRDBA.Generator.Emit;

/// <summary>
/// The types that emitted code uses. Emitters write their short names, and the writer puts the full ones in their place: then no namespace
/// and no type of the project can be mistaken for them, whatever the project calls its own (<c>My.System</c>, <c>Vector128</c>).
/// </summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, string> FullNames = Table(
        ("System", ["MathF"]),
        ("System.Runtime.Intrinsics", ["Vector64", "Vector128", "Vector256", "Vector512"]),
        ("System.Runtime.Intrinsics.Arm", ["AdvSimd"]),
        ("System.Runtime.Intrinsics.X86", ["Avx2", "Avx512F"]),
        ("LoRDBA.Runtime.Kernels", ["InstructionSet", "InstructionSets"]),
        ("LoRDBA.Runtime.Kernels.Signs", ["ExpandKernel", "ShrinkKernel", "SignBatch", "SignKernels", "SignOperations"]));

    /// <summary>Whether emitters have such a type: a name of the project that is equal has to be told apart.</summary>
    public static bool Has(string name) => FullNames.ContainsKey(name);

    /// <summary>A line of code with every type in full; comments, texts and names behind a dot or an '@' stay as they are.</summary>
    public static string Qualify(string line)
    {
        if (line.TrimStart().StartsWith("//", StringComparison.Ordinal)) return line;
        var result = new StringBuilder(line.Length + 64);
        var isText = false;
        for (var i = 0; i < line.Length;)
        {
            var end = i;
            while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] == '_')) end++;
            if (end == i)
            {
                if (line[i] == '"') isText = !isText;
                result.Append(line[i++]);
                continue;
            }
            var word = line.Substring(i, end - i);
            var isOwn = i > 0 && line[i - 1] is '.' or '@';
            result.Append(!isText && !isOwn && FullNames.TryGetValue(word, out var full) ? full : word);
            i = end;
        }
        return result.ToString();
    }

    private static Dictionary<string, string> Table(params (string Namespace, string[] Names)[] rows) =>
        rows.SelectMany(row => row.Names.Select(name => (name, $"global::{row.Namespace}.{name}"))).ToDictionary(pair => pair.name, pair => pair.Item2);
}
