namespace LoRDBA.Hil.Tests.Benches;

/// <summary>The lines of the panel (examples/HomePanel); their numbers on the emulated board's chip.</summary>
public enum PanelLine
{
    /// <summary>In: a press is a rise.</summary>
    Button = 0,

    /// <summary>Out: a lamp.</summary>
    Light = 1,

    /// <summary>Out: a socket or a heater.</summary>
    Relay = 2,

    /// <summary>Out: high while the panel can answer.</summary>
    Ready = 4,

    /// <summary>Out: high while an answer is generated.</summary>
    Busy = 7,
}
