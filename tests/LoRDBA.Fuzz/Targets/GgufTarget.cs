using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Fuzz.Targets;

/// <summary>A GGUF file: everything that it lists, and, if it is a model, a step of it.</summary>
internal sealed unsafe class GgufTarget : Target
{
    /// <inheritdoc/>
    public override string Name => "gguf";

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        using var file = GgufFile.FromMemory(Guard(input), input.Length, "fuzz.gguf");
        var shown = file.Metadata.Keys.Sum(key => file.Metadata[key].ToString().Length);
        foreach (var tensor in file.Tensors)
        {
            shown += tensor.ToString().Length;
            var bytes = file.Span(tensor);
            if (bytes[0] + bytes[^1] + shown < 0) throw new InvalidOperationException("a text has a length below 0");
        }

        var model = Model.Load(file);
        _ = (model.Fingerprint, model.TokenizerDigest, model.ChatTemplateDigest, model.License);
        using var sequence = model.CreateSequence(new() { ContextLength = 4 }, new() { Threads = 1 });
        if (sequence.Prefill([0, model.Config.NVocab - 1]).Length != model.Config.NVocab) throw new InvalidOperationException("not one logit a token");
    }
}
