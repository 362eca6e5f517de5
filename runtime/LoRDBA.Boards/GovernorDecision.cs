using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>Why a <see cref="Governor"/> changed what it asks for.</summary>
public enum GovernorReason
{
    /// <summary>Nothing is too hot: the start.</summary>
    None,

    /// <summary>The temperature reached its limit.</summary>
    Temperature,

    /// <summary>The power reached its limit.</summary>
    Power,

    /// <summary>The firmware throttles, or the supply is too weak.</summary>
    Throttling,

    /// <summary>All is below its limit for long enough.</summary>
    Recovery,
}

/// <summary>What a <see cref="Governor"/> asks for.</summary>
/// <param name="Level">0 for full speed; each level takes less power than the one before.</param>
/// <param name="Threads">Threads to compute with.</param>
/// <param name="Pause">How long to rest after some work, as a part of the work's time.</param>
/// <param name="Reason">Why the level is another one than before.</param>
/// <param name="Temperature">What was measured then; null where the board does not measure it.</param>
/// <param name="Power">What was measured then; null where the board does not measure it.</param>
public readonly record struct GovernorDecision(int Level, int Threads, double Pause, GovernorReason Reason, Temperature? Temperature, Power? Power);
