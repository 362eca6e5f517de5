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
        var modules = folder.Modules;
        Linear[] linears = [.. modules.Select(module => LinearOf(module, model, folder.WeightsPath))];
        var origin = new AdapterOrigin(folder.Name, folder.Digest(), folder.ByteLength) { BaseName = folder.BaseName, Notice = folder.Notice };
        return LoraAdapter.Create(model, origin, [.. modules.Select((module, i) => (linears[i], module.Rank, module.Scaling))], (i, branch) =>
        {
            var (a, b) = folder.Factors(modules[i]);
            branch.Fill(a, b, PeftNames.SourceRows(linears[i], model.Config));
        });
    }

    private static Linear LinearOf(PeftModule module, Model model, string path)
    {
        var linear = PeftNames.LinearOf(module.Name, model, path);
        return module.NIn == linear.NIn && module.NOut == linear.NOut
            ? linear
            : throw new AdapterException(AdapterError.ShapeMismatch, path, module.Name, $"it is {module.NIn} -> {module.NOut}; the linear is {linear.NIn} -> {linear.NOut}. Is it an adapter of another model?");
    }
}
