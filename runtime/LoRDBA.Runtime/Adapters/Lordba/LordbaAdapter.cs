using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>A .lordba file bound to its model. The signs stay in the file's copy in memory, the scales are decoded once.</summary>
internal sealed unsafe class LordbaAdapter : Adapter
{
    private readonly LordbaFile file;
    private readonly Arena memory;
    private readonly LordbaBranch?[] branches;
    private readonly LordbaStage[]?[] stagesOf;

    /// <summary>Binds every tensor to its linear, and releases the file also if it is refused.</summary>
    /// <param name="file">Sound, and taken over by the caller.</param>
    /// <param name="model">The base.</param>
    /// <param name="origin">What the file was made of; null if it is where the adapter comes from.</param>
    /// <exception cref="AdapterException">It was made for another base or vocabulary, or a tensor matches no linear.</exception>
    /// <exception cref="MemoryException">The system does not have the memory for it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static LordbaAdapter Bind(LordbaFile file, Model model, AdapterOrigin? origin = null)
    {
        try
        {
            CheckBase(file, model);
            return new LordbaAdapter(file, model, origin ?? OriginOf(file), [.. file.Tensors.Select(tensor => LinearOf(file, tensor, model))]);
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    private LordbaAdapter(LordbaFile file, Model model, AdapterOrigin origin, Linear[] linears) : base(model, origin)
    {
        this.file = file;
        branches = new LordbaBranch?[model.Linears.Count];
        stagesOf = new LordbaStage[]?[model.Inputs.Count];

        // The linears that read one input, in the order of the model, each with its tensor in the file.
        var inputs = linears.Select((linear, i) => (Linear: linear, Tensor: i)).OrderBy(pair => pair.Linear.Index).GroupBy(pair => pair.Linear.Input.Index).ToList();
        try
        {
            memory = Arena.Create(arena =>
            {
                Stages.Clear();
                foreach (var input in inputs) stagesOf[input.Key] = Reserve(arena, [.. input]);
            }, $"the adapter {Name}");
        }
        catch
        {
            model.Release();
            throw;
        }
        for (var i = 0; i < linears.Length; i++) branches[linears[i].Index]!.Decode(file.Tensors[i]);
        foreach (var stage in Stages) stage.CopySigns();
        MaxRank = file.Tensors.Max(tensor => tensor.Rank);
    }

    /// <summary>Its shrinks.</summary>
    public List<LordbaStage> Stages { get; } = [];

    /// <summary>By <see cref="Linear.Index"/>; null where a linear is not adapted.</summary>
    public ReadOnlySpan<LordbaBranch?> Branches => branches;

    /// <inheritdoc/>
    public override AdapterKind Kind => AdapterKind.Lordba;

    /// <inheritdoc/>
    public override int MaxRank { get; }

    /// <inheritdoc/>
    public override int RankOf(Linear linear) => BranchOf(linear)?.Rank ?? 0;

    /// <summary>The branch beside a linear, or null where there is none.</summary>
    public LordbaBranch? BranchOf(Linear linear) => linear.Index < 0 ? null : branches[linear.Index];

    /// <summary>The stages of an input; null where nothing that reads it is adapted.</summary>
    public LordbaStage[]? StagesOf(InputGroup group) => group.Index < 0 ? null : stagesOf[group.Index];

    private protected override BoundAdapter BindTo(KernelSource source) => source.IsOracle ? new FloatLordba(this) : new BoundLordba(this, source.Set);

    private protected override LoraFactors ReadFactors(Linear linear) => BranchOf(linear)!.ToFactors();

    private protected override void FreeContent()
    {
        memory.Dispose();
        file.Release();
    }

    /// <summary>The stages of one input: one for all branches without s_in, one for each with it.</summary>
    private LordbaStage[] Reserve(Arena arena, (Linear Linear, int Tensor)[] input)
    {
        var plain = input.Where(pair => file.Tensors[pair.Tensor].InBits == 0).ToArray();
        var scaled = input.Where(pair => file.Tensors[pair.Tensor].InBits != 0).Select(pair => new[] { pair });
        return [.. (plain.Length == 0 ? scaled : scaled.Prepend(plain)).Select(members => ReserveStage(arena, members))];
    }

    private LordbaStage ReserveStage(Arena arena, (Linear Linear, int Tensor)[] members)
    {
        var rank = members.Sum(pair => file.Tensors[pair.Tensor].Rank);
        var m = arena.Reserve<float>((rank + 3) & -4);
        var (parts, offset) = (new LordbaPart[members.Length], 0);
        float* scaleIn = null;
        for (var i = 0; i < members.Length; i++)
        {
            var (linear, tensor) = (members[i].Linear, file.Tensors[members[i].Tensor]);
            scaleIn = tensor.InBits == 0 ? null : arena.Reserve<float>(Lanes.RoundUp(tensor.NIn));
            var branch = new LordbaBranch(
                linear, tensor, m + offset, arena.Reserve<float>(Lanes.RoundUp(tensor.NOut)), scaleIn,
                arena.Reserve<byte>((long)SignPlanes.Count(tensor.Rank) * tensor.NOut));
            branches[linear.Index] = branch;
            parts[i] = new LordbaPart(branch, offset, linear.Slot);
            offset += tensor.Rank;
        }

        // A stage of one branch reads the signs where the file lies; one of several needs their rows in one piece.
        var nIn = members[0].Linear.NIn;
        var signs = members.Length == 1 ? parts[0].Branch.SignsA : new SignMatrix(arena.Reserve<byte>((long)rank * SignMatrix.StrideOf(nIn)), rank, nIn);
        var stage = new LordbaStage(Stages.Count, signs, m, scaleIn, parts);
        Stages.Add(stage);
        return stage;
    }

    private static AdapterOrigin OriginOf(LordbaFile file) => new(file.Header.Name, file.Digest, file.Length) { BaseName = file.Header.Base.Name };

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
        if (tensor.NIn > SignLayout.MaxInputs)
            throw new AdapterException(AdapterError.ShapeMismatch, file.Path, $"tensor for {name}", $"its n_in is {tensor.NIn}; sign kernels serve up to {SignLayout.MaxInputs}.");
        if (linear.NIn != tensor.NIn || linear.NOut != tensor.NOut)
            throw new AdapterException(AdapterError.ShapeMismatch, file.Path, $"tensor for {name}",
                $"it is {tensor.NIn} -> {tensor.NOut}; the linear is {linear.NIn} -> {linear.NOut}.");
        return linear;
    }
}
