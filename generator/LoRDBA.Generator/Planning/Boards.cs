using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Planning;

/// <summary>The boards by name, and which instruction sets their processors have.</summary>
internal static class Boards
{
    private static readonly (string Name, Paths Paths)[] All =
    [
        ("rpi3", Paths.AdvSimd),                    // Cortex-A53
        ("rpi4", Paths.AdvSimd),                    // Cortex-A72
        ("rpi5", Paths.AdvSimd | Paths.Dp),         // Cortex-A76
        ("jetson-nano", Paths.AdvSimd),             // Cortex-A57
        ("jetson-orin", Paths.AdvSimd | Paths.Dp),  // Cortex-A78AE
        ("x64-v3", Paths.Avx2),                     // Haswell, Zen and later
        ("x64-v4", Paths.Avx512),                   // Skylake-X, Zen 4 and later
    ];

    /// <summary>All names, for a message.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(board => board.Name));

    /// <summary>The instruction sets of a board; null: there is no such board.</summary>
    public static Paths? Find(string name)
    {
        foreach (var board in All)
            if (board.Name == name) return board.Paths;
        return null;
    }

    /// <summary>The names in a list that commas, semicolons or blanks separate, each once.</summary>
    public static IEnumerable<string> Split(string list) => list.Split([',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct();
}
