using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Fuzz.Targets;

/// <summary>The folder of a LoRA of PEFT or mlx-lm for the tiny model: adapter_config.json, then the weights.</summary>
internal sealed class PeftTarget : Target
{
    private readonly Model model = new TinyModel().Load();
    private readonly TemporaryFolder folder = new();

    /// <inheritdoc/>
    public override string Name => "peft";

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        var (config, weights) = Split(input);
        folder.Write("adapter_config.json", config);
        // As PEFT calls them, and as mlx-lm does: the configuration says which are read.
        folder.Write("adapter_model.safetensors", weights);
        folder.Write("adapters.safetensors", weights);
        using var adapter = Adapter.Load(folder.Path, model);
        using var sequence = model.CreateSequence(new() { ContextLength = 4 }, new() { Threads = 1 });
        sequence.Use(adapter);
        sequence.Prefill([1, 2]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        model.Dispose();
        folder.Dispose();
        base.Dispose();
    }
}
