using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Memory;
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
    public static bool IsMeant(string output) => IsGguf(output) || IsFolder(output);

    /// <summary>Whether the output is a directory, for PEFT.</summary>
    public static bool IsFolder(string output) => !IsGguf(output) && (Path.EndsInDirectorySeparator(output) || Directory.Exists(output));

    /// <summary>Writes it.</summary>
    public static LoraExport Save(Adapter adapter, string output) => IsFolder(output) ? SaveFolder(adapter, output) : SaveFile(adapter, output);

    private static LoraExport SaveFile(Adapter adapter, string output)
    {
        var bytes = GgufLoraWriter.ToArray(adapter);
        WholeFile.Write(output, stream => stream.Write(bytes));
        return new LoraExport(output, bytes.Length, Sha256Digest.Of(bytes).ToString(), LoraFactors.Of(adapter).Count);
    }

    private static LoraExport SaveFolder(Adapter adapter, string output)
    {
        PeftWriter.Save(output, adapter);
        using var written = Adapter.Load(output, adapter.Model);
        return new LoraExport(output, written.ByteLength, written.Digest.ToString(), LoraFactors.Of(written).Count);
    }

    /// <summary>One line for a person.</summary>
    public void Print(TextOutput output) => output.WriteLine($"{Output}: a LoRA of {Weights} weights, {FactList.Bytes(Bytes)}, digest {Digest}");

    private static bool IsGguf(string output) => output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
