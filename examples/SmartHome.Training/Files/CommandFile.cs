using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LoRDBA.Examples.SmartHome.Training.Corpus;

namespace LoRDBA.Examples.SmartHome.Training.Files;

/// <summary>Commands as JSON lines, <c>{"prompt":"...","completion":"..."}</c>.</summary>
internal static class CommandFile
{
    // Umlauts as themselves: people read these files.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin, UnicodeRanges.Latin1Supplement);

    public static byte[] ToArray(IEnumerable<Command> commands) => Encoding.UTF8.GetBytes(string.Concat(
        commands.Select(command => $"{{\"prompt\":{Quote(command.Prompt)},\"completion\":{Quote(command.Reply)}}}\n")));

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, Encoder)}\"";
}
