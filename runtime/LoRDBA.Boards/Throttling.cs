namespace LoRDBA.Boards;

/// <summary>What the firmware of a Raspberry Pi says of its supply and its heat: the bits of <c>vcgencmd get_throttled</c>.</summary>
[Flags]
public enum Throttling : uint
{
    /// <summary>All is well, and was since the start.</summary>
    None = 0,

    /// <summary>The supply's voltage is too low now.</summary>
    UnderVoltage = 1 << 0,

    /// <summary>The clock is capped now.</summary>
    FrequencyCapped = 1 << 1,

    /// <summary>The clock is throttled now.</summary>
    Throttled = 1 << 2,

    /// <summary>The soft limit of temperature acts now.</summary>
    SoftTemperatureLimit = 1 << 3,

    /// <summary>One of the states that act now.</summary>
    Now = UnderVoltage | FrequencyCapped | Throttled | SoftTemperatureLimit,

    /// <summary>The voltage was too low since the start.</summary>
    UnderVoltageOccurred = 1 << 16,

    /// <summary>The clock was capped since the start.</summary>
    FrequencyCappedOccurred = 1 << 17,

    /// <summary>The clock was throttled since the start.</summary>
    ThrottledOccurred = 1 << 18,

    /// <summary>The soft limit of temperature acted since the start.</summary>
    SoftTemperatureLimitOccurred = 1 << 19,
}
