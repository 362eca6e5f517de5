using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Manifests;

/// <summary>What one adapter asks of the kernels: the shape and rank of each linear that it adapts.</summary>
/// <param name="Name">The adapter's; null for shapes that no adapter was looked at for.</param>
/// <param name="Digest">The adapter's; null likewise.</param>
/// <param name="Linears">In the order of the model.</param>
internal sealed record AdapterShapes(string? Name, string? Digest, IReadOnlyList<LinearShape> Linears)
{
    /// <summary>Every linear of a model at one rank.</summary>
    public static AdapterShapes OfAll(Model model, int rank, bool hasScaleIn) =>
        new(null, null, [.. model.Linears.Select(linear => LinearShape.Of(linear, rank, hasScaleIn))]);

    /// <summary>What an adapter has.</summary>
    /// <exception cref="AdapterException">It is not sound, or was made for another base.</exception>
    /// <exception cref="ManifestException">It is a float LoRA, or has a rank too high.</exception>
    public static AdapterShapes Load(string path, Model model)
    {
        using var adapter = Adapter.Load(path, model);
        if (adapter.Kind != AdapterKind.Lordba)
            throw new ManifestException(ManifestError.NoLordba, $"{path}: kernels are generated for .lordba adapters, and this is a float LoRA. Write one with 'lordba convert'.");

        using var file = OpenSigns(path, model);
        var tensors = file.Tensors.ToDictionary(tensor => tensor.Name);
        if (file.Tensors.FirstOrDefault(tensor => tensor.Rank > SignLayout.MaxGeneratedRank) is { Rank: > 0 } large)
            throw new ManifestException(ManifestError.RankTooHigh, $"{path}: {large.Name} has the rank {large.Rank}; kernels are generated up to {SignLayout.MaxGeneratedRank}. Without a manifest the runtime's own kernels serve this adapter.");
        var adapted = model.Linears.Where(linear => tensors.ContainsKey(linear.Name));
        return new(adapter.Name, adapter.Digest.ToString(), [.. adapted.Select(linear => LinearShape.Of(linear, tensors[linear.Name].Rank, tensors[linear.Name].InBits > 0))]);
    }

    private static LordbaFile OpenSigns(string path, Model model)
    {
        if (AdapterFolder.FormOf(path) != AdapterFolderForm.Dbf) return LordbaFile.Open(path);
        using var folder = DbfFolder.Open(path);
        return LordbaFile.From(GgufFile.FromBytes(DbfReader.ToLordba(folder, model), path));
    }
}

/// <summary>A line of the manifest.</summary>
/// <param name="Name">The linear, for example blk.0.attn_q.</param>
/// <param name="Input">The first linear that reads the same input: their shrink products can be one.</param>
/// <param name="NIn">Inputs.</param>
/// <param name="NOut">Outputs.</param>
/// <param name="Rank">Rows of signs on either side.</param>
/// <param name="HasScaleIn">Whether the adapter scales its inputs.</param>
internal sealed record LinearShape(string Name, string Input, int NIn, int NOut, int Rank, bool HasScaleIn)
{
    public static LinearShape Of(Linear linear, int rank, bool hasScaleIn) =>
        new(Short(linear), Short(linear.Input.Linears[0]), linear.NIn, linear.NOut, rank, hasScaleIn);

    private static string Short(Linear linear) => Path.ChangeExtension(linear.Name, null);
}
