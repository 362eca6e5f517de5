using System.Text;
using System.Text.Unicode;

namespace LoRDBA.Runtime.Gguf;

/// <summary>The rules for keys and tensor names, which end up in messages, tables and dictionaries.</summary>
internal static class GgufName
{
    public const int MaxKeyBytes = 65535;
    public const int MaxTensorBytes = 64;

    /// <summary>Reads a name and refuses one that breaks a rule.</summary>
    public static string Read(ref GgufReader reader, int maxBytes)
    {
        var bytes = reader.ReadString("name");
        return Fault(bytes, maxBytes) is { } fault ? throw reader.Error(fault.Error, "name", fault.Message) : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>What is wrong with a name: it must not be empty or too long, must be UTF-8 and hold no control character.</summary>
    public static (GgufError Error, string Message)? Fault(ReadOnlySpan<byte> name, int maxBytes)
    {
        if (name.IsEmpty) return (GgufError.EmptyName, "the name is empty.");
        if (name.Length > maxBytes) return (GgufError.NameTooLong, $"the name has {name.Length} bytes; at most {maxBytes} are allowed.");
        if (!Utf8.IsValid(name)) return (GgufError.NotUtf8, "the name is not UTF-8.");
        return Encoding.UTF8.GetString(name).Any(char.IsControl) ? (GgufError.ControlCharacter, "the name contains a control character.") : null;
    }
}
