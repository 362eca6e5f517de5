using System.Text;
using System.Text.Json;

namespace LoRDBA.Runtime.Adapters;

/// <summary>adapter_config.json, which every folder with an adapter has: its bytes, and its JSON whatever the encoding.</summary>
internal sealed class AdapterConfigFile
{
    private const long MaxLength = 1 << 20;

    private AdapterConfigFile(string path, byte[] bytes) => (Path, Bytes, Json) = (path, bytes, ToUtf8(bytes));

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>As on the disk.</summary>
    public byte[] Bytes { get; }

    /// <summary>As UTF-8 without a mark.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="AdapterException">It cannot be read, or has more than 1 MiB.</exception>
    public static AdapterConfigFile Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, AdapterFolder.ConfigName);
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxLength
                ? Of(File.ReadAllBytes(path), path)
                : throw new AdapterException(AdapterError.BadConfig, path, "file", $"it has {length} bytes; at most {MaxLength} are read.");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new AdapterException(AdapterError.CannotOpen, path, "file", $"it cannot be opened. {cause.Message}", cause);
        }
    }

    /// <summary>A file that was read.</summary>
    public static AdapterConfigFile Of(byte[] bytes, string path) => new(path, bytes);

    /// <summary>Reads its one JSON object.</summary>
    /// <exception cref="AdapterException">It is no JSON object, or has a text that is not Unicode.</exception>
    public T Parse<T>(Func<JsonElement, string, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new AdapterException(AdapterError.BadConfig, Path, "file", "it is no JSON object.");
            return read(document.RootElement, Path);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException) // the latter: a text that is not Unicode
        {
            throw new AdapterException(AdapterError.BadConfig, Path, "file", $"it is not JSON. {cause.Message}", cause);
        }
    }

    /// <summary>A shell on Windows writes UTF-16 and marks; JSON itself is UTF-8.</summary>
    private static ReadOnlyMemory<byte> ToUtf8(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => bytes.AsMemory(3),
        [0xFF, 0xFE, ..] => Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(bytes.AsSpan(2))),
        [0xFE, 0xFF, ..] => Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2))),
        _ => bytes,
    };
}
