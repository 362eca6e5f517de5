using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>
/// Heat, clock, power and memory of the board, as Linux shows them below /sys and /proc. What a board does not measure cannot be read:
/// each method says so. Reading numbers allocates nothing.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class BoardTelemetry : IDisposable
{
    /// <summary>What thermal zones of a processor are called: Raspberry Pi, Jetson Nano, Jetson Orin, PCs.</summary>
    private static readonly string[] ProcessorZones = ["cpu-thermal", "CPU-therm", "cpu_thermal", "x86_pkg_temp", "acpitz"];

    private readonly SysfsFile[] temperatures;
    private readonly SysfsFile? frequency, throttling, pressure;
    private readonly PowerRail[] rails;
    private readonly string frequencyGovernor;

    /// <summary>Looks for what the board measures.</summary>
    /// <param name="root">The folder that takes the place of /: a test's, or a bench's that plays a hot board.</param>
    public BoardTelemetry(string root = "/")
    {
        temperatures = FindTemperatures(root);
        frequency = SysfsFile.Open(Path.Combine(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"));
        frequencyGovernor = Path.Combine(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        throttling = FindThrottling(root);
        pressure = SysfsFile.Open(Path.Combine(root, "proc/pressure/memory"));
        rails = PowerRail.Find(root);
    }

    /// <summary>The supply rails that the board measures; empty on most.</summary>
    public IReadOnlyList<PowerRail> Rails => rails;

    /// <summary>The processor's temperature; of several zones the hottest.</summary>
    public bool TryReadTemperature(out Temperature temperature)
    {
        var hottest = long.MinValue;
        foreach (var zone in temperatures)
            if (zone.TryRead(out var millidegrees)) hottest = Math.Max(hottest, millidegrees);
        temperature = hottest == long.MinValue ? default : Temperature.FromDegreesCelsius(hottest / 1000.0);
        return hottest != long.MinValue;
    }

    /// <summary>The clock of the first core.</summary>
    public bool TryReadFrequency(out Frequency value)
    {
        var kilohertz = 0L;
        var isThere = frequency is not null && frequency.TryRead(out kilohertz);
        value = Frequency.FromKilohertz(kilohertz);
        return isThere;
    }

    /// <summary>How Linux chooses that clock: "ondemand", "schedutil", "performance" and the like; null where it chooses none.</summary>
    public string? FrequencyGovernor => Folders.TextOf(frequencyGovernor);

    /// <summary>What a Raspberry Pi's firmware says of supply and heat.</summary>
    public bool TryReadThrottling(out Throttling flags)
    {
        var bits = 0u;
        var isThere = throttling is not null && throttling.TryReadHex(out bits);
        flags = (Throttling)bits;
        return isThere;
    }

    /// <summary>What the whole board takes: the rail VDD_IN or POM_5V_IN, otherwise all rails together.</summary>
    public bool TryReadPower(out Power power)
    {
        var (sum, isThere) = (0.0, false);
        foreach (var rail in rails)
        {
            if (!rail.TryRead(out var one)) continue;
            isThere = true;
            if (rail.Name is "VDD_IN" or "POM_5V_IN")
            {
                power = one;
                return true;
            }
            sum += (double)one.Watts;
        }
        power = Power.FromWatts(sum);
        return isThere;
    }

    /// <summary>The share of the last ten seconds in which some program waited for memory.</summary>
    public bool TryReadMemoryPressure(out Ratio share)
    {
        var percent = 0.0;
        var isThere = pressure is not null && pressure.TryReadAfter("some avg10="u8, out percent);
        share = Ratio.FromPercent(percent);
        return isThere;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var zone in temperatures) zone.Dispose();
        foreach (var rail in rails) rail.Dispose();
        frequency?.Dispose();
        throttling?.Dispose();
        pressure?.Dispose();
    }

    /// <summary>The zones of the processor; where none is called so, all of them.</summary>
    private static SysfsFile[] FindTemperatures(string root)
    {
        var zones = Folders.In(Path.Combine(root, "sys/class/thermal")).Where(zone => Path.GetFileName(zone).StartsWith("thermal_zone", StringComparison.Ordinal)).ToArray();
        var own = zones.Where(zone => ProcessorZones.Contains(Folders.TextOf(Path.Combine(zone, "type")))).ToArray();
        return [.. (own.Length > 0 ? own : zones).Select(zone => SysfsFile.Open(Path.Combine(zone, "temp"))).OfType<SysfsFile>()];
    }

    /// <summary>The firmware's device lies one or two folders deep, and its address differs between boards.</summary>
    private static SysfsFile? FindThrottling(string root)
    {
        foreach (var device in Folders.In(Path.Combine(root, "sys/devices/platform")))
            foreach (var part in (string[])[device, .. Folders.In(device)])
                if (part.EndsWith("firmware", StringComparison.Ordinal) && SysfsFile.Open(Path.Combine(part, "get_throttled")) is { } file) return file;
        return null;
    }
}
