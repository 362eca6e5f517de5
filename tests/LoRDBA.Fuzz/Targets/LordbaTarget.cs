using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Fuzz.Targets;

/// <summary>A .lordba file: read, bound to the tiny model, and one step with it.</summary>
internal sealed unsafe class LordbaTarget : Target
{
    private readonly Model model = new TinyModel().Load();

    /// <inheritdoc/>
    public override string Name => "lordba";

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        var file = LordbaFile.From(GgufFile.FromMemory(Guard(input), input.Length, "fuzz.lordba"));
        using var adapter = Adapter.Load(file, model);
        using var sequence = model.CreateSequence(new() { ContextLength = 4 }, new() { Threads = 1 });
        sequence.Use(adapter);
        sequence.Prefill([1, 2]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        model.Dispose();
        base.Dispose();
    }
}
