using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>The limits that a <see cref="Governor"/> keeps.</summary>
public sealed record GovernorOptions
{
    /// <summary>The processor's temperature that is too hot. A Raspberry Pi caps its own clock at 80 °C.</summary>
    public Temperature MaxTemperature { get; init; } = Temperature.FromDegreesCelsius(75);

    /// <summary>How far below the limit it must fall before the governor lets go.</summary>
    public TemperatureDelta Hysteresis { get; init; } = TemperatureDelta.FromDegreesCelsius(5);

    /// <summary>What the board may take; null for no limit.</summary>
    public Power? MaxPower { get; init; }

    /// <summary>The share of <see cref="MaxPower"/> below which the governor lets go.</summary>
    public Ratio PowerHysteresis { get; init; } = Ratio.FromPercent(90);

    /// <summary>How often it looks: heat follows work within seconds.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many calm periods it waits before it lets go by a level.</summary>
    public int CalmPeriods { get; init; } = 3;

    /// <summary>Threads that it leaves in any case.</summary>
    public int MinThreads { get; init; } = 1;
}
