using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>Binds a GGUF LoRA to its model: every pair must be that of a linear, or none is used.</summary>
internal static class GgufLoraReader
{
    /// <summary>Copies the factors and closes the file, also if it is refused.</summary>
    /// <exception cref="AdapterException">It is for another architecture, a pair matches no linear, or a value is not finite.</exception>
    public static LoraAdapter Bind(GgufLoraFile file, Model model)
    {
        using (file)
        {
            if (file.Architecture != model.Config.Architecture)
                throw new AdapterException(AdapterError.WrongBase, file.File.Name, GgufLoraKeys.Architecture, $"the adapter is for a {file.Architecture} model; {model.Config.Name} is {model.Config.Architecture}.");
            var linears = file.Pairs.Select(pair => LinearOf(pair, file, model)).ToArray();
            var origin = new AdapterOrigin(file.Name, file.Digest(), file.File.Length) { Notice = file.Notice };
            return LoraAdapter.Create(model, origin, [.. file.Pairs.Select((pair, i) => (linears[i], pair.Rank, pair.Scaling))], (i, branch) =>
            {
                int[] order = [.. Enumerable.Range(0, branch.NOut)]; // Both files have the rows of q and k in the order of GGUF.
                branch.Fill(file.Values(file.Pairs[i].A), file.Values(file.Pairs[i].B), order);
            });
        }
    }

    private static Linear LinearOf(GgufLoraPair pair, GgufLoraFile file, Model model)
    {
        AdapterException Error(AdapterError error, string message) => new(error, file.File.Name, pair.Weight, message);

        if (pair.Weight == model.Weights.Embedding.Name) throw Error(AdapterError.Unsupported, "an adapted embedding is not supported.");
        if (pair.Weight == "output.weight" && model.HasTiedOutput)
            throw Error(AdapterError.TiedOutput, "the head of this base is its embedding and cannot be adapted alone. Train the adapter without the head.");
        if (model.Linears.FirstOrDefault(linear => linear.Name == pair.Weight) is not { } linear)
            throw Error(AdapterError.UnknownTensor, $"{model.Config.Name} has no such linear.");
        if (pair.A.Dim(0) != linear.NIn || pair.B.Dim(1) != linear.NOut)
            throw Error(AdapterError.ShapeMismatch, $"it is {pair.A.Dim(0)} -> {pair.B.Dim(1)}; the linear is {linear.NIn} -> {linear.NOut}.");
        return linear;
    }
}
