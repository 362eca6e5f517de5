namespace LoRDBA.Tool.Output;

/// <summary>
/// Lines for a person. Every line goes through <see cref="VisibleText"/>, because names, values and errors hold texts of strangers' files:
/// what needs the stream itself asks for it by name.
/// </summary>
internal sealed class TextOutput(TextWriter writer)
{
    /// <summary>The stream, for what has been made safe already: JSON, tables, help, a model's answer.</summary>
    public TextWriter Raw => writer;

    /// <summary>Writes one line.</summary>
    public void WriteLine(string line) => writer.WriteLine(VisibleText.Of(line));

    /// <summary>Hands over what was written.</summary>
    public void Flush() => writer.Flush();
}
