using System.Globalization;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>What a bench puts on a board: the panel's program, its settings, files for tests.</summary>
internal static class PanelFiles
{
    /// <summary>Above this the panel's governor acts, in degrees Celsius.</summary>
    public const double MaxTemperature = 70;

    /// <summary>The folder, below the board's, that takes the place of / for the panel's telemetry.</summary>
    public const string HeatRoot = "heat";

    /// <summary>The file below <see cref="HeatRoot"/> with the processor's temperature.</summary>
    public const string HeatFile = "sys/class/thermal/thermal_zone0/temp";

    /// <summary>The firmware of arm64 boards; skips the test where it was not published.</summary>
    public static string Firmware
    {
        get
        {
            var path = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "publish", "HomePanel", "release_linux-arm64", "HomePanel");
            Assert.SkipUnless(File.Exists(path), "needs the firmware: dotnet publish examples/HomePanel -c Release -r linux-arm64");
            return path;
        }
    }

    /// <summary>The unit that is installed with it; skips the test where the example has none.</summary>
    public static string Unit
    {
        get
        {
            var path = Path.Combine(SharedFiles.RepositoryRoot, "examples", "HomePanel", "deploy", "home-panel.service");
            Assert.SkipUnless(File.Exists(path), "needs examples/HomePanel/deploy/home-panel.service");
            return path;
        }
    }

    /// <summary>The panel's environment on a board.</summary>
    /// <param name="folder">The board's folder.</param>
    /// <param name="port">The panel's Commands:Port.</param>
    /// <param name="chip">The GPIO chip.</param>
    /// <param name="wiring">The lines' offsets.</param>
    /// <param name="sensor">The sensor's bus; null for none.</param>
    public static IEnumerable<string> Environment(string folder, string port, int chip, IReadOnlyDictionary<PanelLine, int> wiring, int? sensor)
    {
        yield return Setting("Commands__Port", port);
        yield return Setting("Lines__Chip", chip);
        foreach (var (line, offset) in wiring) yield return Setting($"Lines__{line}", offset);
        yield return Setting("Lines__ButtonActiveLow", false);
        yield return Setting("Sensor__Bus", sensor ?? 0);
        yield return Setting("Sensor__Address", sensor is null ? "none" : "0x76");
        yield return Setting("Governor__MaxTemperature", MaxTemperature);
        yield return Setting("Governor__Root", $"{folder}/{HeatRoot}");
        yield return Setting("Test__Hooks", true);
    }

    /// <summary>Writes a text file with the line ends that a board wants.</summary>
    public static void Write(string path, params IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }

    private static string Setting(string name, IConvertible value) => $"HOMEPANEL_{name}={value.ToString(CultureInfo.InvariantCulture)}";
}
