using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters;

/// <summary>
/// A loaded adapter: immutable, made for one model, identified by the digest of its content, shared by any number of sequences. A sequence
/// holds a reference while it uses it, and it holds one to its model, so any order of disposal is safe.
/// </summary>
public abstract class Adapter : SharedResource
{
    private readonly Dictionary<KernelSource, BoundAdapter> bound = [];

    private protected Adapter(Model model, AdapterOrigin origin)
    {
        (Model, Name, Digest, ByteLength) = (model, origin.Name, origin.Digest, origin.ByteLength);
        (BaseName, Notice) = (origin.BaseName, origin.Notice);
        model.Acquire();
    }

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
    public long ByteLength { get; }

    /// <summary>What its files call the base that it was trained with, if they do: for people, it is not checked.</summary>
    public string? BaseName { get; }

    /// <summary>What a user should know although it is sound, in one sentence; null for nothing.</summary>
    public string? Notice { get; }

    /// <summary>Loads a .lordba file, a GGUF LoRA, or a folder with a LoRA of PEFT or mlx-lm or with signs as the authors of the method save
    /// them, for a model: which one, the content says.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="model">The base.</param>
    /// <param name="policy">What it may be; null for anything.</param>
    /// <exception cref="AdapterException">It is no sound adapter, has a part that is not supported, does not fit the model, or is nothing
    /// that the policy allows.</exception>
    /// <exception cref="GgufException">The file is not sound GGUF, or a key is missing or has another type.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Adapter Load(string path, Model model, AdapterPolicy? policy = null) => AdapterLoader.Load(path, model, policy ?? AdapterPolicy.Any);

    /// <summary>Takes over an open .lordba file, such as an embedded resource, also if it is refused: one file makes one adapter.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed, or the file is disposed or was taken over before.</exception>
    /// <inheritdoc cref="Load(string, Model, AdapterPolicy?)"/>
    public static Adapter Load(LordbaFile file, Model model, AdapterPolicy? policy = null) => AdapterLoader.Load(file, model, policy ?? AdapterPolicy.Any);

    /// <summary>Makes a LoRA in memory. Its digest is that of the factors.</summary>
    /// <param name="name">A name for people.</param>
    /// <param name="model">The base.</param>
    /// <param name="factors">One per adapted linear of the model; they are copied.</param>
    /// <param name="byteLength">Bytes that it takes where it is stored; null for those of the factors as float32.</param>
    /// <exception cref="ArgumentException">There is none, two are for one linear, a linear is not the model's, a length is wrong or a
    /// value is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Adapter FromFactors(string name, Model model, IReadOnlyList<LoraFactors> factors, long? byteLength = null) =>
        FactorsLoader.Load(name, model, factors, byteLength);

    /// <summary>The rank of the branch beside a linear of the model; 0 where there is none.</summary>
    public abstract int RankOf(Linear linear);

    /// <summary>What it adds to a linear, as real factors; null where it adds nothing.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public LoraFactors? FactorsOf(Linear linear)
    {
        Acquire();
        try
        {
            return RankOf(linear) == 0 ? null : ReadFactors(linear);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>The adapter with the kernels that serve it. Allocates only when a source is asked for the first time.</summary>
    internal BoundAdapter Bind(KernelSource source)
    {
        lock (bound)
        {
            if (!bound.TryGetValue(source, out var found)) bound.Add(source, found = BindTo(source));
            return found;
        }
    }

    /// <summary>Chooses the kernels.</summary>
    private protected abstract BoundAdapter BindTo(KernelSource source);

    /// <summary>The factors of a linear that is adapted.</summary>
    private protected abstract LoraFactors ReadFactors(Linear linear);

    /// <summary>Frees memory and mappings of the files.</summary>
    private protected abstract void FreeContent();

    private protected sealed override void Free()
    {
        FreeContent();
        Model.Release();
    }
}
