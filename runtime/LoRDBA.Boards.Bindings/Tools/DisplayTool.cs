using System.Text.Json;
using Iot.Device.CharacterLcd;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>Shows a text on a character display: an <see cref="Lcd1602"/> or another HD44780.</summary>
/// <param name="display">The binding.</param>
/// <param name="shouldDispose">Whether the binding is disposed with the tool.</param>
public sealed class DisplayTool(Hd44780 display, bool shouldDispose = true) : DeviceTool(
    "display",
    $"Shows a text on the display of this device: {display.Size.Height} lines of {display.Size.Width} characters.",
    ToolParameter.Text("text", "The text; it replaces what is shown.", display.Size.Width * display.Size.Height))
{
    /// <summary>Shows a text, row after row; what does not fit is left out. Characters that no HD44780 has become '?'.</summary>
    /// <param name="text">At most as many characters as the display has.</param>
    /// <exception cref="IOException">The display does not answer on its bus.</exception>
    public void Show(string text)
    {
        var (width, height) = (display.Size.Width, display.Size.Height);
        display.Clear();
        for (var row = 0; row < height && row * width < text.Length; row++)
        {
            display.SetCursorPosition(0, row);
            display.Write(Printable(text.AsSpan(row * width, Math.Min(width, text.Length - row * width))));
        }
    }

    /// <inheritdoc/>
    protected override string Run(JsonElement arguments)
    {
        var text = arguments.GetProperty("text").GetString()!;
        Show(text);
        return JsonSerializer.Serialize(new DisplayResult(text), ResultJson.Default.DisplayResult);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && shouldDispose) display.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The character ROM agrees with ASCII from 0x20 to 0x7D, but for the backslash.</summary>
    private static string Printable(ReadOnlySpan<char> text)
    {
        var shown = new char[text.Length];
        for (var i = 0; i < text.Length; i++) shown[i] = text[i] is >= ' ' and <= '}' and not '\\' ? text[i] : '?';
        return new string(shown);
    }
}
