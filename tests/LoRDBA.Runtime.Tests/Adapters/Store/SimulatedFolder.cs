using LoRDBA.Runtime.Adapters.Store;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>The power is gone: every call from here on ends like this, until the folder is booted again.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>What a step meets.</summary>
public enum FaultKind
{
    /// <summary>The power goes while it runs.</summary>
    Cut,
    /// <summary>EIO, whatever it does.</summary>
    InputOutput,
    /// <summary>ENOSPC, if it makes or writes a file.</summary>
    NoSpace,
    /// <summary>EROFS, if it changes anything.</summary>
    ReadOnly,
    /// <summary>There is no memory, if it reads.</summary>
    Memory,
}

/// <summary>A fault at a step, or from this step on.</summary>
internal sealed record Fault(FaultKind Kind, int Step, bool Always = false);

/// <summary>
/// A folder as a storage with a write cache keeps it. What is not synced may be lost, reordered, torn at sectors of 512 or 4096 bytes, or
/// be zeros or garbage when the power comes back; a seed says which. Counts its steps, and fails at any of them.
/// </summary>
internal sealed class SimulatedFolder : IStoreFolder
{
    private readonly Dictionary<string, Inode> names = [];
    private readonly Dictionary<string, Inode> durableNames = [];
    private readonly List<NameChange> pending = [];
    private bool isOff, isLocked;

    public SimulatedFolder() { }

    /// <summary>A folder with these files, all of them on the storage.</summary>
    private SimulatedFolder(Dictionary<string, byte[]> files)
    {
        foreach (var (name, content) in files) names[name] = durableNames[name] = new Inode(content);
    }

    public string Path => "simulated";

    public long Space { get; set; } = long.MaxValue;

    public Fault? Fault { get; set; }

    /// <summary>Whether syncs succeed and do nothing.</summary>
    public bool IgnoresSyncs { get; set; }

    /// <summary>What was done since it was made or booted, one line a step.</summary>
    public List<string> Steps { get; } = [];

    /// <summary>The files as a reader sees them now.</summary>
    public Dictionary<string, byte[]> Files => names.ToDictionary(pair => pair.Key, pair => pair.Value.Cached);

    public long FreeBytes
    {
        get
        {
            Step("ask for space", Needs.Nothing);
            return Space;
        }
    }

    /// <summary>The same files in another folder, whose storage has them all.</summary>
    public SimulatedFolder Copy() => new(Files);

    /// <summary>The folder after a power cut, now or before.</summary>
    public SimulatedFolder Boot(int seed)
    {
        var random = new Random(seed);
        var survivors = new Dictionary<string, Inode>(durableNames);
        foreach (var change in pending)
            if ((seed % 4) switch { 0 => false, 1 => true, _ => random.Next(2) == 0 }) change.Apply(survivors);
        return new(survivors.ToDictionary(pair => pair.Key, pair => pair.Value.AfterCut(random, seed % 3 == 0 ? 4096 : 512)));
    }

    public IDisposable Lock()
    {
        Step("lock", Needs.Writing);
        Assert.False(isLocked, "locked twice");
        isLocked = true;
        return new Held(this);
    }

    public IReadOnlyList<string> List()
    {
        Step("list", Needs.Reading);
        return [.. names.Keys];
    }

    public byte[]? Read(string name)
    {
        Step($"read {name}", Needs.Reading);
        return names.TryGetValue(name, out var file) ? [.. file.Cached] : null;
    }

    public IStoreFile Create(string name)
    {
        var isCut = Step($"create {name}", Needs.Space);
        var file = new Inode([]) { IsDurable = false };
        Apply(new NameChange(null, name, file));
        return isCut ? throw new PowerCutException() : new SimulatedFile(this, file, name);
    }

    public void Rename(string from, string to)
    {
        var isCut = Step($"rename {from} {to}", Needs.Writing);
        Apply(new NameChange(from, to, names[from]));
        if (isCut) throw new PowerCutException();
    }

    public void Delete(string name)
    {
        var isCut = Step($"delete {name}", Needs.Writing);
        if (names.ContainsKey(name)) Apply(new NameChange(name, null, null));
        if (isCut) throw new PowerCutException();
    }

    public void Sync()
    {
        try
        {
            if (Step("sync folder", Needs.Nothing)) throw new PowerCutException();
        }
        catch (IOException)
        {
            // The kernel has told its one time; what is lost is not told again.
            foreach (var change in pending) change.IsLost = true;
            throw;
        }
        if (IgnoresSyncs) return;
        foreach (var change in pending.Where(change => !change.IsLost).ToList())
        {
            change.Apply(durableNames);
            pending.RemoveAll(other => other == change || other.IsLost && other.Touches(change));
        }
    }

    private void Apply(NameChange change)
    {
        change.Apply(names);
        pending.Add(change);
    }

    /// <summary>Counts a step; whether the power goes while it runs, which lets its effect reach the cache.</summary>
    private bool Step(string what, Needs needs)
    {
        if (isOff) throw new PowerCutException();
        var step = Steps.Count;
        Steps.Add(what);
        if (Fault is null || (Fault.Always ? step < Fault.Step : step != Fault.Step)) return false;
        switch (Fault.Kind)
        {
            case FaultKind.Cut:
                isOff = true;
                return needs != Needs.Reading ? true : throw new PowerCutException();
            case FaultKind.InputOutput:
                throw new IOException($"{what}: Input/output error");
            case FaultKind.NoSpace when needs == Needs.Space:
                throw new IOException($"{what}: No space left on device");
            case FaultKind.ReadOnly when needs is Needs.Space or Needs.Writing:
                throw new IOException($"{what}: Read-only file system");
            case FaultKind.Memory when needs == Needs.Reading:
                throw new InsufficientMemoryException();
            default:
                return false;
        }
    }

    private enum Needs { Nothing, Reading, Writing, Space }

    /// <summary>A file, whatever its name.</summary>
    private sealed class Inode(byte[] content)
    {
        public byte[] Cached { get; set; } = content;

        public byte[] Durable { get; set; } = content;

        public bool IsDurable { get; set; } = true;

        /// <summary>A sync failed: the cache thinks that it is clean, and no later sync writes it.</summary>
        public bool IsLost { get; set; }

        public byte[] AfterCut(Random random, int sector)
        {
            if (IsDurable) return Durable;
            var length = random.Next(3) switch { 0 => Durable.Length, 1 => Cached.Length, _ => random.Next(Cached.Length / sector + 1) * sector };
            var content = new byte[length];
            for (var start = 0; start < length; start += sector)
            {
                var part = content.AsSpan(start, Math.Min(sector, length - start));
                switch (random.Next(4))
                {
                    case 0: random.NextBytes(part); break;
                    case 1: break;
                    case 2 when start + part.Length <= Durable.Length: Durable.AsSpan(start, part.Length).CopyTo(part); break;
                    default:
                        if (start + part.Length <= Cached.Length) Cached.AsSpan(start, part.Length).CopyTo(part);
                        break;
                }
            }
            return content;
        }
    }

    /// <summary>A change of names, which happens wholly or not at all.</summary>
    private sealed class NameChange(string? removed, string? added, Inode? file)
    {
        public bool IsLost { get; set; }

        public void Apply(Dictionary<string, Inode> names)
        {
            if (removed is not null) names.Remove(removed);
            if (added is not null) names[added] = file!;
        }

        public bool Touches(NameChange other) => other.Knows(removed) || other.Knows(added);

        private bool Knows(string? name) => name is not null && (name == removed || name == added);
    }

    private sealed class SimulatedFile(SimulatedFolder folder, Inode file, string name) : IStoreFile
    {
        private bool hasFailed;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            var isCut = folder.Step($"write {name}", Needs.Space);
            file.Cached = [.. file.Cached, .. bytes];
            file.IsDurable = false;
            if (isCut) throw new PowerCutException();
        }

        public void Sync()
        {
            Assert.False(hasFailed, "a sync that failed was tried again");
            try
            {
                if (folder.Step($"sync {name}", Needs.Nothing)) throw new PowerCutException();
            }
            catch (IOException)
            {
                (hasFailed, file.IsLost) = (true, true);
                throw;
            }
            if (file.IsLost || folder.IgnoresSyncs) return;
            (file.Durable, file.IsDurable) = (file.Cached, true);
        }

        public byte[] ReadBack()
        {
            folder.Step($"read back {name}", Needs.Reading);
            return [.. file.Cached];
        }

        public void Dispose() { }
    }

    private sealed class Held(SimulatedFolder folder) : IDisposable
    {
        public void Dispose() => folder.isLocked = false;
    }
}
