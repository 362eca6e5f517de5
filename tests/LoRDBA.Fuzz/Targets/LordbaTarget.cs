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
        using var session = model.CreateSession(new SessionOptions { ContextLength = 4, Threads = 1 });
        session.Use(adapter);
        session.Prefill([1, 2]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        model.Dispose();
        base.Dispose();
    }
}
