using System.IO.Compression;
using System.Text;

namespace LoRDBA.Tests;

/// <summary>Writes files as torch.save does, right or wrong: the archive by .NET's own ZIP writer, pickles byte by byte.</summary>
internal static class TorchBuilder
{
    /// <summary>An archive of one folder.</summary>
    public static byte[] Archive(IEnumerable<(string Name, byte[] Bytes)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry($"saved/{name}", level).Open();
                entry.Write(bytes);
            }
        return file.ToArray();
    }

    /// <summary>A pickle and its storages data/0, data/1 and so on.</summary>
    public static byte[] Save(byte[] pickle, params IEnumerable<byte[]> storages) =>
        Archive([("data.pkl", pickle), ("byteorder", "little"u8.ToArray()), .. storages.Select((bytes, i) => ($"data/{i}", bytes)), ("version", "3\n"u8.ToArray())]);

    /// <summary>A pickle, each character a byte.</summary>
    public static byte[] Pickle(params IEnumerable<string> parts) => Encoding.Latin1.GetBytes("\u0080\u0002" + string.Concat(parts));

    /// <summary>A text (BINUNICODE).</summary>
    public static string Text(string text) => $"X{Number(Encoding.UTF8.GetByteCount(text))}{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text))}";

    /// <summary>A whole number (BININT).</summary>
    public static string Whole(int number) => $"J{Number(number)}";

    /// <summary>A tensor of one dimension.</summary>
    public static string Tensor(string type, int key, int length, int offset = 0, int? stored = null, string shape = "", string strides = "K\u0001\u0085") =>
        $"ctorch._utils\n_rebuild_tensor_v2\n(({Text("storage")}ctorch\n{type}\n{Text($"{key}")}{Text("cpu")}{Whole(stored ?? length)}tQ{Whole(offset)}"
        + $"{(shape.Length > 0 ? shape : $"{Whole(length)}\u0085")}{strides}\u0089ccollections\nOrderedDict\n)RtR";

    /// <summary>A dictionary.</summary>
    public static string Dictionary(params IEnumerable<(string Key, string Value)> items) => $"}}({string.Concat(items.Select(item => Text(item.Key) + item.Value))}u";

    private static string Number(int number) => Encoding.Latin1.GetString(BitConverter.GetBytes(number));
}
