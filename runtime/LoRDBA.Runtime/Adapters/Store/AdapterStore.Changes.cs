namespace LoRDBA.Runtime.Adapters.Store;

// How a change is made: one after the other, with one commit point, and everything else before or after it.
public sealed partial class AdapterStore
{
    /// <summary>Whether an exception comes from the operating system's files.</summary>
    internal static bool IsInputOutput(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Makes the next state of the current one and commits it, then removes what it does not list. What <paramref name="next"/> throws
    /// changes nothing.
    /// </summary>
    private void Change(Func<StoreState, StoreState> next) => Guarded(() =>
    {
        lock (gate)
        {
            using var held = folder.Lock();
            var state = Current(strict: true, out var isRepaired);
            var changed = next(state);
            if (isRepaired || !ReferenceEquals(changed, state)) copies.Write(changed = changed with { Generation = state.Generation + 1 });
            RemoveUnlisted(changed);
            return true;
        }
    });

    /// <summary>The newest state, or one made of the verified adapters where it is damaged.</summary>
    /// <param name="strict">Whether what cannot be read now is an error: a change must not forget what comes back later.</param>
    /// <param name="isRepaired">Whether no copy says exactly this yet.</param>
    private StoreState Current(bool strict, out bool isRepaired)
    {
        var reading = copies.Read();
        if (reading.Unreadable is { } cause)
        {
            if (strict) throw new IOException($"a copy of the state cannot be read. {cause.Message}", cause);
            Tell($"a copy of the state cannot be read: {cause.Message}");
        }
        isRepaired = reading.IsDamaged || reading.Newest is null;
        if (!isRepaired || reading is { Newest: not null, Unreadable: not null }) return reading.Newest!;

        var sound = slots.FindSound(strict, Tell);
        if (reading.Newest is { } newest)
        {
            // The damaged copy may have been the newer one, and may have listed more.
            Tell("a copy of the state is damaged; the other one acts");
            return newest with { Slots = [.. newest.Slots, .. sound.Except(newest.Slots).Except(newest.Bad)] };
        }
        if (sound.Count == 0 && !reading.IsDamaged) return new StoreState();
        Tell($"no copy of the state is sound; it is rebuilt from {sound.Count} verified adapters, and what had failed before is forgotten");
        return new StoreState { Slots = sound, Active = sound.Count > 0 ? sound[0] : null, Previous = sound.Count > 1 ? sound[1] : null };
    }

    /// <summary>
    /// Removes half-written files and adapters that the committed state does not list. What cannot be removed now is removed at the next
    /// change.
    /// </summary>
    private void RemoveUnlisted(StoreState state)
    {
        try
        {
            var unlisted = folder.List().Where(name => IsUnlisted(name, state)).ToList();
            if (unlisted.Count == 0) return;
            // The state that was read need not lie on the storage yet; an older one may list what is removed here.
            folder.Sync();
            foreach (var name in unlisted) folder.Delete(name);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            Tell($"what is not needed any more could not be removed: {e.Message}");
        }
    }

    /// <summary>Whether a file is one of ours and no longer needed. A file of anybody else is left alone.</summary>
    private static bool IsUnlisted(string name, StoreState state)
    {
        if (name.EndsWith(DurableFile.PartSuffix, StringComparison.Ordinal))
        {
            var whole = name[..^DurableFile.PartSuffix.Length];
            return StateCopies.Names.Contains(whole) || StoreSlots.IsSlot(whole, out _);
        }
        return StoreSlots.IsSlot(name, out var digest) && !state.Slots.Contains(digest);
    }

    /// <summary>Whether there is neither a state nor an adapter. A folder that cannot be listed now may have both.</summary>
    private bool IsEmpty()
    {
        try
        {
            return !folder.List().Any(name => StateCopies.Names.Contains(name) || StoreSlots.IsSlot(name, out _));
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            Tell($"the folder cannot be listed: {e.Message}");
            return false;
        }
    }

    private T Guarded<T>(Func<T> work) => Guarded(Path, work);

    /// <summary>Turns an error of the operating system into ours.</summary>
    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw new StoreException(StoreError.Failed, $"{path}: the storage failed. {e.Message}", e);
        }
    }

    /// <summary>Keeps a notice, once.</summary>
    private void Tell(string notice)
    {
        lock (gate)
        {
            if (!notices.Contains(notice)) notices.Add(notice);
        }
    }
}
