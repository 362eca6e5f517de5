using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary>An adapter written as a LoRA that others load, and what <c>convert</c> prints of it.</summary>
/// <param name="Output">The file or directory written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Digest">The identity of what was written.</param>
/// <param name="Weights">How many weights it adapts.</param>
internal sealed record LoraExport(string Output, long Bytes, string Digest, int Weights)
{
    /// <summary>Whether the output's name asks for one: FILE.gguf, or a directory.</summary>
    public static bool IsMeant(string output) => IsGguf(output) || Path.EndsInDirectorySeparator(output) || Directory.Exists(output);

    /// <summary>Writes it, and reads it back.</summary>
    public static LoraExport Save(Adapter adapter, string output)
    {
        if (IsGguf(output)) GgufLoraWriter.Save(output, adapter);
        else PeftWriter.Save(output, adapter);
        using var written = Adapter.Load(output, adapter.Model);
        return new LoraExport(output, written.ByteLength, written.Digest.ToString(), LoraFactors.Of(written).Count);
    }

    /// <summary>One line for a person.</summary>
    public void Print(TextWriter output) => output.WriteLine($"{Output}: a LoRA of {Weights} weights, {FactList.Bytes(Bytes)}, digest {Digest}");

    private static bool IsGguf(string output) => output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
