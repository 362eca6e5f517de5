namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>What the copies of the state came to.</summary>
/// <param name="Newest">The newest sound one; null if there is none.</param>
/// <param name="IsDamaged">Whether a copy is there and is no state.</param>
/// <param name="Unreadable">Why a copy cannot be read; null if each is either read or not there.</param>
internal readonly record struct StateReading(StoreState? Newest, bool IsDamaged, Exception? Unreadable);

/// <summary>
/// The two copies of the state. A state replaces the copy that is older, so the one before it stays: if a copy is damaged later, the store
/// goes on with the other.
/// </summary>
internal sealed class StateCopies(IStoreFolder folder)
{
    /// <summary>Their names; generation g is in the one of index g mod 2.</summary>
    public static IReadOnlyList<string> Names { get; } = ["state.0", "state.1"];

    /// <summary>Reads both.</summary>
    public StateReading Read()
    {
        var reading = new StateReading();
        foreach (var name in Names)
        {
            try
            {
                if (folder.Read(name) is not { } file) continue;
                if (StoreState.Parse(file) is not { } state) reading = reading with { IsDamaged = true };
                else if (reading.Newest is null || state.Generation > reading.Newest.Generation) reading = reading with { Newest = state };
            }
            catch (Exception e) when (AdapterStore.IsInputOutput(e))
            {
                reading = reading with { Unreadable = e };
            }
        }
        return reading;
    }

    /// <summary>Commits a state. If this throws, the store has the state before or this one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(StoreState state) => DurableFile.Write(folder, Names[(int)(state.Generation % Names.Count)], state.ToBytes());
}
