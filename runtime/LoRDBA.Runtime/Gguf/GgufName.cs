using System.Text;
using System.Text.Unicode;

namespace LoRDBA.Runtime.Gguf;

/// <summary>The rules for keys and tensor names, which end up in messages, tables and dictionaries.</summary>
internal static class GgufName
{
    public const int MaxKeyBytes = 65535;
    public const int MaxTensorBytes = 64;

    /// <summary>Reads a name: not empty, at most <paramref name="maxBytes"/> long, UTF-8, without control characters.</summary>
    public static string Read(ref GgufReader reader, int maxBytes)
    {
        const string part = "name";
        var bytes = reader.ReadString(part);
        if (bytes.IsEmpty) throw reader.Error(GgufError.EmptyName, part, "the name is empty.");
        if (bytes.Length > maxBytes) throw reader.Error(GgufError.NameTooLong, part, $"the name has {bytes.Length} bytes; at most {maxBytes} are allowed.");
        if (!Utf8.IsValid(bytes)) throw reader.Error(GgufError.NotUtf8, part, "the name is not UTF-8.");
        var name = Encoding.UTF8.GetString(bytes);
        if (name.Any(char.IsControl)) throw reader.Error(GgufError.ControlCharacter, part, "the name contains a control character.");
        return name;
    }
}
