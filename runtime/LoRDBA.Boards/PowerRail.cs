using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>A supply rail that the board measures: a channel of an INA3221, as Jetson boards have.</summary>
public sealed class PowerRail : IDisposable
{
    private readonly SysfsFile millivolts, milliamperes;

    private PowerRail(string name, SysfsFile millivolts, SysfsFile milliamperes) => (Name, this.millivolts, this.milliamperes) = (name, millivolts, milliamperes);

    /// <summary>The channel's label, for example VDD_IN.</summary>
    public string Name { get; }

    /// <summary>Voltage times current.</summary>
    /// <returns>False where the monitor does not answer.</returns>
    public bool TryRead(out Power power)
    {
        var isThere = millivolts.TryRead(out var u) & milliamperes.TryRead(out var i);
        power = Power.FromMicrowatts((double)u * i);
        return isThere;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        millivolts.Dispose();
        milliamperes.Dispose();
    }

    /// <summary>The labelled channels of all monitors, in the order of their labels.</summary>
    internal static PowerRail[] Find(string root)
    {
        var rails = new List<PowerRail>();
        foreach (var monitor in Folders.In(Path.Combine(root, "sys/class/hwmon")))
        {
            if (Folders.TextOf(Path.Combine(monitor, "name")) != "ina3221") continue;
            for (var channel = 1; channel <= 3; channel++)
            {
                if (Folders.TextOf(Path.Combine(monitor, $"in{channel}_label")) is not { } label) continue;
                var (volts, amperes) = (SysfsFile.Open(Path.Combine(monitor, $"in{channel}_input")), SysfsFile.Open(Path.Combine(monitor, $"curr{channel}_input")));
                if (volts is not null && amperes is not null)
                {
                    rails.Add(new PowerRail(label, volts, amperes));
                    continue;
                }
                volts?.Dispose();
                amperes?.Dispose();
            }
        }
        return [.. rails.OrderBy(rail => rail.Name, StringComparer.Ordinal)];
    }
}
