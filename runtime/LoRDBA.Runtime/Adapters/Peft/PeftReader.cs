using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// Reads the folder of a LoRA for a model: all of it must map to linears of the model, or none of it is used.
/// </summary>
internal static class PeftReader
{
    /// <summary>Loads the folder for a model.</summary>
    /// <exception cref="AdapterException">A file is not sound, has a part that is not supported, or does not fit the model.</exception>
    public static LoraAdapter Load(string path, Model model)
    {
        using var folder = PeftFolder.Open(path);
        var parts = folder.Modules.SelectMany(module => PartsOf(module, model, folder.WeightsPath)).ToArray();
        var origin = new AdapterOrigin(folder.Name, folder.Digest(), folder.ByteLength) { BaseName = folder.BaseName, Notice = folder.Notice };
        return LoraAdapter.Create(model, origin, [.. parts.Select(part => (part.Linear, part.Module.Rank, part.Module.Scaling))], (i, branch) =>
        {
            var (module, linear, firstRow) = parts[i];
            var (a, b) = folder.Factors(module);
            branch.Fill(a, b.AsSpan(firstRow * module.Rank), PeftNames.SourceRows(linear, model.Config));
        });
    }

    /// <summary>The linears that a module adapts, each with the first of its rows in lora_B.</summary>
    private static (PeftModule Module, Linear Linear, int FirstRow)[] PartsOf(PeftModule module, Model model, string path)
    {
        var (parts, nOut) = Linear.Stack(PeftNames.LinearsOf(module.Name, model, path));
        var nIn = parts[0].Linear.NIn;
        if (module.NIn != nIn || module.NOut != nOut)
            throw new AdapterException(AdapterError.ShapeMismatch, path, module.Name, $"it is {module.NIn} -> {module.NOut}; the linear is {nIn} -> {nOut}. Is it an adapter of another model?");
        return Array.ConvertAll(parts, part => (module, part.Linear, part.FirstRow));
    }
}
