using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters;

/// <summary>A .lordba file bound to its model. The signs stay in the mapped file, the scales are decoded once.</summary>
internal sealed unsafe class LordbaAdapter : Adapter
{
    private readonly LordbaFile file;
    private readonly Arena scales;
    private readonly LordbaBranch?[] branches;

    /// <summary>Binds every tensor to its linear; takes over the file, and disposes it also if it is refused.</summary>
    /// <exception cref="AdapterException">It was made for another base or vocabulary, or a tensor matches no linear.</exception>
    public static LordbaAdapter Bind(LordbaFile file, Model model)
    {
        try
        {
            CheckBase(file, model);
            return new LordbaAdapter(file, model, [.. file.Tensors.Select(tensor => LinearOf(file, tensor, model))]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private LordbaAdapter(LordbaFile file, Model model, Linear[] linears) : base(model, file.Header.Name, file.Digest)
    {
        this.file = file;
        branches = new LordbaBranch?[model.Linears.Count];
        scales = Arena.Create(arena =>
        {
            for (var i = 0; i < linears.Length; i++) branches[linears[i].Index] = Reserve(arena, file.Tensors[i]);
        });
        for (var i = 0; i < linears.Length; i++) branches[linears[i].Index]!.DecodeScales(file.Tensors[i]);
        MaxRank = file.Tensors.Max(tensor => tensor.Rank);
    }

    /// <inheritdoc/>
    public override AdapterKind Kind => AdapterKind.Lordba;

    /// <inheritdoc/>
    public override int MaxRank { get; }

    /// <inheritdoc/>
    public override long ByteLength => file.Length;

    internal override AdapterBranch? Branch(Linear linear) => linear.Index < 0 ? null : branches[linear.Index];

    private protected override void Free()
    {
        scales.Dispose();
        file.Dispose();
    }

    private static LordbaBranch Reserve(Arena arena, in LordbaTensor tensor) => new(
        tensor.SignsA,
        tensor.SignsB,
        arena.Reserve<float>(tensor.Rank),
        arena.Reserve<float>(Lanes.RoundUp(tensor.NOut)),
        tensor.InBits == 0 ? null : arena.Reserve<float>(Lanes.RoundUp(tensor.NIn)));

    private static void CheckBase(LordbaFile file, Model model)
    {
        var made = file.Header.Base;
        if (made.Fingerprint != model.Fingerprint)
            throw new AdapterException(AdapterError.WrongBase, file.Path, LordbaKeys.BaseFingerprint,
                $"the adapter was made for {made.Name} ({made.Architecture}, {made.Fingerprint.Short}), not for {model.Config.Name} ({model.Config.Architecture}, {model.Fingerprint.Short}).");
        if (made.TokenizerDigest != model.TokenizerDigest)
            throw new AdapterException(AdapterError.WrongTokenizer, file.Path, LordbaKeys.BaseTokenizerDigest,
                $"the adapter was made for this model with another vocabulary ({made.TokenizerDigest.Short}, here {model.TokenizerDigest.Short}).");
    }

    private static Linear LinearOf(LordbaFile file, in LordbaTensor tensor, Model model)
    {
        var name = tensor.Name;
        if (model.Linears.FirstOrDefault(linear => linear.Name == name) is not { } linear)
            throw new AdapterException(AdapterError.UnknownTensor, file.Path, $"tensor for {name}", $"{model.Config.Name} has no such linear.");
        if (linear.NIn != tensor.NIn || linear.NOut != tensor.NOut)
            throw new AdapterException(AdapterError.ShapeMismatch, file.Path, $"tensor for {name}",
                $"it is {tensor.NIn} -> {tensor.NOut}; the linear is {linear.NIn} -> {linear.NOut}.");
        return linear;
    }
}
