using System.Buffers.Binary;
using System.Text.Json;
using LoRDBA.Runtime.Adapters.Dbf;

namespace LoRDBA.Runtime.Adapters;

/// <summary>The forms in which a folder holds an adapter.</summary>
public enum AdapterFolderForm
{
    /// <summary>A LoRA of PEFT.</summary>
    Peft,
    /// <summary>A LoRA of mlx-lm.</summary>
    Mlx,
    /// <summary>Signs, as the authors of the method save them: <c>lordba_qat_dbf</c>.</summary>
    Dbf,
}

/// <summary>Tells what a path leads to, by content; where no adapter can be, it says what there is instead.</summary>
public static class AdapterFolder
{
    /// <summary>The file that every folder with an adapter has.</summary>
    public const string ConfigName = "adapter_config.json";

    /// <summary>The form of the folder at a path; null where there is a file that may be GGUF, or nothing.</summary>
    /// <exception cref="AdapterException">A folder without an adapter, or a file that is part of one; the message names what to
    /// give.</exception>
    public static AdapterFolderForm? FormOf(string path)
    {
        if (File.Exists(Path.Combine(path, ConfigName))) return AdapterConfigFile.Read(path).Parse((root, _) => FormOf(root));
        if (Directory.Exists(path)) throw new AdapterException(AdapterError.UnknownKind, path, "folder", $"there is no {ConfigName} in it: {Advice(path)}");
        if (File.Exists(path) && PartAt(path) is { } part)
            throw new AdapterException(AdapterError.UnknownKind, path, "file", $"it is {part}, not a GGUF file: {AdviceOnFile(path)}");
        return null;
    }

    private static AdapterFolderForm FormOf(JsonElement config)
    {
        if (config.TryGetProperty("peft_type", out _)) return AdapterFolderForm.Peft;
        if (config.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String && method.ValueEquals(DbfFolder.Method)) return AdapterFolderForm.Dbf;
        return config.TryGetProperty("fine_tune_type", out _) || config.TryGetProperty("lora_parameters", out _) ? AdapterFolderForm.Mlx : AdapterFolderForm.Peft;
    }

    private static string Advice(string folder)
    {
        var inner = Directory.GetDirectories(folder).Where(inside => File.Exists(Path.Combine(inside, ConfigName))).Order(StringComparer.Ordinal).Select(Path.GetFileName).ToArray();
        if (inner.Length > 0) return $"give one of its folders that have one, such as {inner[^1]}.";
        return File.Exists(Path.Combine(folder, "config.json"))
            ? "it looks like a whole model of Hugging Face. A model is given as GGUF, an adapter as a folder with that file."
            : "give a folder with an adapter, a .lordba file or a GGUF LoRA.";
    }

    private static string AdviceOnFile(string path) => File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ConfigName))
        ? "give the folder that it lies in."
        : $"an adapter of this kind is a folder, with {ConfigName} beside the weights.";

    /// <summary>What a file is that lies in such folders; null for any other.</summary>
    private static string? PartAt(string path)
    {
        Span<byte> head = stackalloc byte[sizeof(ulong) + 1];
        int read;
        try
        {
            using var file = File.OpenRead(path);
            read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null; // Whoever opens it as GGUF tells why it cannot be read.
        }
        return head[..read] switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP archive, as torch.save writes it",
            [0x80, 2, ..] => "a pickle, as torch.save wrote it once",
            [(byte)'{', ..] => "JSON",
            { Length: 9 } bytes when bytes[^1] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(bytes) < (ulong)new FileInfo(path).Length => "a safetensors file",
            _ => null,
        };
    }
}
