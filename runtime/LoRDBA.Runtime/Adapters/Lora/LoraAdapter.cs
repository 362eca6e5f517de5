using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>A LoRA with real factors, unmerged, as float32 in native memory.</summary>
/// <remarks>
/// Its digest is SHA-256 over the SHA-256 of adapter_config.json and that of adapter_model.safetensors; of a GGUF file, the file's SHA-256.
/// </remarks>
internal sealed class LoraAdapter : Adapter
{
    private readonly LoraBranch?[] branches;
    private readonly Arena memory;

    private LoraAdapter(Model model, string name, Sha256Digest digest, LoraBranch?[] branches, Arena memory, long byteLength) : base(model, name, digest)
    {
        (this.branches, this.memory) = (branches, memory);
        ByteLength = byteLength;
        MaxRank = branches.Max(branch => branch?.Rank ?? 0);
    }

    /// <summary>Makes an adapter of branches that are filled one after another; if one is refused, nothing is left.</summary>
    /// <param name="model">Its base.</param>
    /// <param name="name">A name for people.</param>
    /// <param name="digest">Of the content.</param>
    /// <param name="byteLength">Of the files.</param>
    /// <param name="parts">Linear, rank and scaling of each branch.</param>
    /// <param name="fill">Fills the branch of a part, given by its index.</param>
    public static LoraAdapter Create(
        Model model, string name, Sha256Digest digest, long byteLength, IReadOnlyList<(Linear Linear, int Rank, float Scaling)> parts, Action<int, LoraBranch> fill)
    {
        var branches = new LoraBranch?[model.Linears.Count];
        var memory = Arena.Create(arena =>
        {
            foreach (var (linear, rank, scaling) in parts) branches[linear.Index] = LoraBranch.Reserve(arena, linear, rank, scaling);
        }, $"the adapter {name}");
        try
        {
            for (var i = 0; i < parts.Count; i++) fill(i, branches[parts[i].Linear.Index]!);
            return new LoraAdapter(model, name, digest, branches, memory, byteLength);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override AdapterKind Kind => AdapterKind.Lora;

    /// <inheritdoc/>
    public override int MaxRank { get; }

    /// <inheritdoc/>
    public override long ByteLength { get; }

    /// <inheritdoc/>
    public override int RankOf(Linear linear) => BranchOf(linear)?.Rank ?? 0;

    /// <summary>The branch beside a linear, or null where there is none.</summary>
    public LoraBranch? BranchOf(Linear linear) => linear.Index < 0 ? null : branches[linear.Index];

    // Its arithmetic is float32 whatever the source: there are no kernels to choose.
    private protected override BoundAdapter BindTo(KernelSource source) => new BoundLora(this);

    private protected override LoraFactors ReadFactors(Linear linear) => BranchOf(linear)!.ToFactors(linear);

    private protected override void FreeContent() => memory.Dispose();
}
