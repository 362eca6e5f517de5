namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>Where answers go, whole lines from any thread. Marks that would steer a terminal are not passed on.</summary>
internal sealed class ReplyPort(TextReader reader, TextWriter writer)
{
    private readonly Lock gate = new();

    /// <summary>A line was told.</summary>
    public event Action? Told;

    /// <summary>Written before each line: what clears a picture on a terminal.</summary>
    public string Before { get; set; } = "";

    /// <summary>The next line, or null at the end.</summary>
    public Task<string?> ReadLineAsync(CancellationToken stopping) =>
        // A read of a terminal or pipe does not end by itself when the panel stops: it stays behind in its thread.
        Task.Run(reader.ReadLine, CancellationToken.None).WaitAsync(stopping);

    /// <summary>Writes a line.</summary>
    public void Tell(string line)
    {
        var safe = string.Create(line.Length, line, (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
        lock (gate)
        {
            writer.Write(Before);
            writer.WriteLine(safe);
            writer.Flush();
        }
        Told?.Invoke();
    }

    /// <summary>Opens standard input and output, a terminal, or nothing.</summary>
    /// <exception cref="IOException">The terminal cannot be opened.</exception>
    public static ReplyPort Open(string port)
    {
        if (port == Configuration.OptionWords.None) return new ReplyPort(TextReader.Null, TextWriter.Null);
        if (port == Configuration.OptionWords.StandardInput) return new ReplyPort(Console.In, Console.Out);
        FileStream Stream(FileAccess access) => new(port, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);
        var input = Stream(FileAccess.Read);
        if (SerialLine.IsTerminal(input.SafeFileHandle)) SerialLine.MakeRaw(input.SafeFileHandle, port);
        return new ReplyPort(new StreamReader(input), new StreamWriter(Stream(FileAccess.Write)));
    }
}
