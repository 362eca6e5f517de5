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
            var parts = file.Pairs.SelectMany(pair => PartsOf(pair, file, model)).ToArray();
            var origin = new AdapterOrigin(file.Name, file.Digest(), file.File.Length) { Notice = file.Notice };
            return LoraAdapter.Create(model, origin, [.. parts.Select(part => (part.Linear, part.Pair.Rank, part.Pair.Scaling))], (i, branch) =>
            {
                int[] order = [.. Enumerable.Range(parts[i].FirstRow, branch.NOut)]; // Both files have the rows of q and k in the order of GGUF.
                branch.Fill(file.Values(parts[i].Pair.A), file.Values(parts[i].Pair.B), order);
            });
        }
    }

    /// <summary>The linears that a pair adapts: those that share the tensor, each with its rows of B.</summary>
    private static (GgufLoraPair Pair, Linear Linear, int FirstRow)[] PartsOf(GgufLoraPair pair, GgufLoraFile file, Model model)
    {
        AdapterException Error(AdapterError error, string message) => new(error, file.File.Name, pair.Weight, message);

        if (pair.Weight == model.Weights.Embedding.Name) throw Error(AdapterError.Unsupported, "an adapted embedding is not supported.");
        if (pair.Weight == "output.weight" && model.HasTiedOutput)
            throw Error(AdapterError.TiedOutput, "the head of this base is its embedding and cannot be adapted alone. Train the adapter without the head.");
        var linears = model.LinearsOf(pair.Weight);
        if (linears.IsEmpty) throw Error(AdapterError.UnknownTensor, $"{model.Config.Name} has no such linear.");
        // A split adapter may name the half of a fused tensor that bears the tensor's name.
        if (linears.Length > 1 && pair.B.Dim(1) == linears[^1].NOut && linears[^1].Name == pair.Weight) linears = linears[^1..];
        var (parts, nOut) = Linear.Stack(linears);
        var nIn = linears[0].NIn;
        if (pair.A.Dim(0) != nIn || pair.B.Dim(1) != nOut) throw Error(AdapterError.ShapeMismatch, $"it is {pair.A.Dim(0)} -> {pair.B.Dim(1)}; the linear is {nIn} -> {nOut}.");
        return Array.ConvertAll(parts, part => (pair, part.Linear, part.FirstRow));
    }
}
