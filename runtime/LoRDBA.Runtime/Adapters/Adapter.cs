using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters;

/// <summary>What a branch's two factors are made of.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank factors of real numbers (arXiv 2106.09685), as PEFT and llama.cpp write them.</summary>
    Lora,

    /// <summary>Low-rank factors of signs with channel-wise scales (arXiv 2605.24058), as a .lordba file holds them.</summary>
    Lordba,
}

/// <summary>
/// A loaded adapter: immutable, made for one model, identified by the digest of its content, shared by any number of
/// sessions. A session holds a reference while it uses it, so disposing it early is safe.
/// </summary>
public abstract class Adapter : IDisposable
{
    private int references = 1;
    private bool disposed;

    private protected Adapter(Model model, string name, Sha256Digest digest) => (Model, Name, Digest) = (model, name, digest);

    /// <summary>The base that it was checked against.</summary>
    public Model Model { get; }

    /// <summary>A name for people: the file's own, or what the file says.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the content: which adapter this is, whatever it is called.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>What its factors are made of.</summary>
    public abstract AdapterKind Kind { get; }

    /// <summary>The largest rank of its branches.</summary>
    public abstract int MaxRank { get; }

    /// <summary>Bytes of its files.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Loads a .lordba file, a GGUF LoRA, or a folder with a PEFT LoRA, for a model: which one, the content says.</summary>
    /// <exception cref="AdapterException">It is no sound adapter, has a part that is not supported, or does not fit the model.</exception>
    /// <exception cref="GgufException">The file is not sound GGUF, or a key is missing or has another type.</exception>
    public static Adapter Load(string path, Model model)
    {
        if (File.Exists(Path.Combine(path, PeftFolder.ConfigName))) return PeftReader.Load(path, model);
        if (Directory.Exists(path))
            throw new AdapterException(AdapterError.UnknownKind, path, "folder", $"there is no {PeftFolder.ConfigName} in it: give a folder with a PEFT adapter, a .lordba file or a GGUF LoRA.");
        var file = GgufFile.Open(path);
        return GgufLoraFile.IsAdapter(file) && !LordbaFile.IsLordba(file) ? GgufLoraReader.Bind(GgufLoraFile.From(file), model) : LordbaAdapter.Bind(LordbaFile.From(file), model);
    }

    /// <summary>Takes over an open .lordba file, such as an embedded resource, and disposes it also if it is refused.</summary>
    /// <exception cref="AdapterException">It does not fit the model.</exception>
    public static Adapter Load(LordbaFile file, Model model) => LordbaAdapter.Bind(file, model);

    /// <summary>Gives up the owner's reference; the memory goes with the last session's.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Bytes that lie between the down and the expand product of one token and linear, in whole cache lines.</summary>
    internal abstract int BottleneckLength { get; }

    /// <summary>The most ranks that one shrink product of sign branches has.</summary>
    internal abstract int FusedRank { get; }

    /// <summary>Takes the input of some linears down to the bottleneck of each that is adapted.</summary>
    internal abstract void Shrink(in ShrinkCall call);

    /// <summary>The branch beside a linear, or null where the adapter has none.</summary>
    internal abstract AdapterBranch? Branch(Linear linear);

    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    internal void AddReference()
    {
        var seen = Volatile.Read(ref references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(seen == 0, this);
            var current = Interlocked.CompareExchange(ref references, seen + 1, seen);
            if (current == seen) return;
            seen = current;
        }
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref references) == 0) Free();
    }

    /// <summary>Frees memory and mappings; nobody uses them any more.</summary>
    private protected abstract void Free();
}
