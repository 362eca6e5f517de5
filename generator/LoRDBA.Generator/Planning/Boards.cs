using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Planning;

/// <summary>The boards by name, and which instruction sets their processors have.</summary>
internal static class Boards
{
    /// <summary>
    /// Name, instruction sets, and what the device tree of such a board lists as compatible: its system on a chip, which all models and
    /// compute modules with it share. Null where the processor alone tells.
    /// </summary>
    public static readonly (string Name, Paths Paths, string? Chip)[] All =
    [
        ("rpi3", Paths.AdvSimd, "brcm,bcm2837"),                     // Cortex-A53; Zero 2 W and Compute Module 3 too
        ("rpi4", Paths.AdvSimd, "brcm,bcm2711"),                     // Cortex-A72; Pi 400 and Compute Module 4 too
        ("rpi5", Paths.AdvSimd | Paths.Dp, "brcm,bcm2712"),          // Cortex-A76; Pi 500 and Compute Module 5 too
        ("jetson-nano", Paths.AdvSimd, "nvidia,tegra210"),           // Cortex-A57
        ("jetson-orin", Paths.AdvSimd | Paths.Dp, "nvidia,tegra234"), // Cortex-A78AE; Orin Nano, NX and AGX
        ("x64-v3", Paths.Avx2, null),                                // Haswell, Zen and later
        ("x64-v4", Paths.Avx512, null),                              // Skylake-X, Zen 4 and later
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
