using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary>An adapter written in another form without a new fit, and what <c>convert</c> prints of it.</summary>
/// <param name="Output">The file or directory written.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Digest">The identity of what was written.</param>
/// <param name="Weights">How many weights it adapts.</param>
internal sealed record AdapterExport(string Output, long Bytes, string Digest, int Weights)
{
    /// <summary>Whether the output's name asks for a LoRA: FILE.gguf, or a directory.</summary>
    public static bool IsLora(string output) => IsGguf(output) || !IsDbf(output) && (Path.EndsInDirectorySeparator(output) || Directory.Exists(output));

    /// <summary>Whether it asks for the form of the method's authors: DIR.dbf.</summary>
    public static bool IsDbf(string output) => Path.TrimEndingDirectorySeparator(output).EndsWith(".dbf", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the output is a directory.</summary>
    public static bool IsFolder(string output) => IsDbf(output) || IsLora(output) && !IsGguf(output);

    /// <summary>Writes any adapter as a LoRA that others load.</summary>
    public static AdapterExport SaveLora(Adapter adapter, string output)
    {
        if (IsGguf(output))
        {
            var bytes = GgufLoraWriter.ToArray(adapter);
            WholeFile.Write(output, file => file.Write(bytes));
            return new AdapterExport(output, bytes.Length, Sha256Digest.Of(bytes).ToString(), LoraFactors.Of(adapter).Count);
        }
        PeftWriter.Save(output, adapter);
        return ReadBack(adapter, output);
    }

    /// <summary>Writes signs as the authors of the method do, or theirs as a .lordba file; null if it is a .lordba file already.</summary>
    /// <param name="adapter">An adapter of signs.</param>
    /// <param name="source">Where it was loaded from.</param>
    /// <param name="output">What to write.</param>
    public static AdapterExport? SaveSigns(Adapter adapter, string source, string output)
    {
        if (IsDbf(output)) DbfWriter.Save(output, adapter);
        else if (AdapterFolder.FormOf(source) == AdapterFolderForm.Dbf)
        {
            using var folder = DbfFolder.Open(source);
            var bytes = DbfReader.ToLordba(folder, adapter.Model);
            WholeFile.Write(output, file => file.Write(bytes));
            using var written = LordbaFile.From(GgufFile.FromBytes(bytes, output));
            return new AdapterExport(output, bytes.Length, written.Digest.ToString(), written.Tensors.Count);
        }
        else return null;
        return ReadBack(adapter, output);
    }

    /// <summary>One line for a person.</summary>
    public void Print(TextOutput output, string what) => output.WriteLine($"{Output}: {what} of {Weights} weights, {FactList.Bytes(Bytes)}, digest {Digest}");

    private static AdapterExport ReadBack(Adapter adapter, string output)
    {
        using var written = Adapter.Load(output, adapter.Model);
        return new AdapterExport(output, written.ByteLength, written.Digest.ToString(), adapter.Model.Linears.Count(linear => written.RankOf(linear) > 0));
    }

    private static bool IsGguf(string output) => output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
