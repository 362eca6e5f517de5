using System.Runtime.InteropServices;
using System.Text;
using LoRDBA.Runtime.Kernels;
using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>Which board a program runs on.</summary>
/// <param name="Model">What the device tree calls the board, for example "Raspberry Pi 5 Model B Rev 1.0"; null where there is none.</param>
/// <param name="Compatible">The device tree's list, the board first and its chip last; empty where there is none.</param>
/// <param name="Profile">The name by which <c>LordbaBoard</c> knows it, for example "rpi5"; null for a board that has none.</param>
/// <param name="Architecture">Of the process.</param>
/// <param name="Instructions">The fastest set of kernels that runs here.</param>
/// <param name="Cores">Cores that the process may use.</param>
/// <param name="PageSize">Bytes of a page of memory: 4096, or 16384 as a Raspberry Pi 5's own kernel has.</param>
/// <param name="Memory">All memory of the board; null where it cannot be read.</param>
/// <param name="Kernel">The release of Linux, for example "6.12.34+rpt-rpi-2712"; null where it cannot be read.</param>
public sealed record BoardInfo(
    string? Model,
    IReadOnlyList<string> Compatible,
    string? Profile,
    Architecture Architecture,
    InstructionSet Instructions,
    int Cores,
    int PageSize,
    Information? Memory,
    string? Kernel)
{
    /// <summary>Reads what this machine says of itself.</summary>
    /// <param name="root">The folder that takes the place of /: a test's.</param>
    public static BoardInfo Read(string root = "/")
    {
        var tree = Path.Combine(root, "proc/device-tree");
        var compatible = Texts(Path.Combine(tree, "compatible"));
        return new BoardInfo(
            Texts(Path.Combine(tree, "model")).FirstOrDefault(),
            compatible,
            ProfileOf(compatible, RuntimeInformation.ProcessArchitecture),
            RuntimeInformation.ProcessArchitecture,
            InstructionSets.Best,
            Environment.ProcessorCount,
            Environment.SystemPageSize,
            MemInfo.Read(root, "MemTotal"),
            Folders.TextOf(Path.Combine(root, "proc/sys/kernel/osrelease")));
    }

    /// <summary>By the chip; on x64, which has no device tree, by the instructions that run.</summary>
    internal static string? ProfileOf(IReadOnlyList<string> compatible, Architecture architecture)
    {
        foreach (var (name, _, chip) in Generator.Planning.Boards.All)
            if (chip is not null && compatible.Contains(chip)) return name;
        if (architecture != Architecture.X64) return null;
        return InstructionSets.HasAvx512 ? "x64-v4" : InstructionSets.HasAvx2 ? "x64-v3" : null;
    }

    /// <summary>The texts of a property, each ended by a zero byte; none where there is no such file.</summary>
    private static string[] Texts(string path) =>
        File.Exists(path) ? Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split('\0', StringSplitOptions.RemoveEmptyEntries) : [];
}
