using System.Globalization;

namespace LoRDBA.Tool.Output;

/// <summary>
/// Tells on standard error how far a long step is. Nothing is shown in the first second. On a terminal one line is
/// rewritten and wiped at the end; elsewhere (a log) a plain line appears every ten seconds.
/// </summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rewrite = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LogLine = TimeSpan.FromSeconds(10);

    private readonly ToolContext context;
    private readonly string what;
    private readonly long start;
    private TimeSpan due = Quiet;
    private int shown;

    /// <summary>Begins a step called <paramref name="what"/>, for example "eval".</summary>
    public Progress(ToolContext context, string what)
    {
        this.context = context;
        this.what = what;
        start = context.Clock.GetTimestamp();
    }

    /// <summary><paramref name="done"/> of <paramref name="total"/> are done; <paramref name="note"/> says more, for example the NLL so far.</summary>
    public void Report(long done, long total, string note = "")
    {
        var elapsed = context.Clock.GetElapsedTime(start);
        if (elapsed < due) return;
        due = elapsed + (context.ErrorIsTerminal ? Rewrite : LogLine);

        var line = string.Create(CultureInfo.InvariantCulture, $"{what} {done}/{total} ({100.0 * done / Math.Max(1, total):0} %), {elapsed.TotalSeconds:0} s{(note.Length > 0 ? ", " : "")}{note}");
        if (!context.ErrorIsTerminal)
        {
            context.Error.WriteLine(line);
            return;
        }
        line = VisibleText.Of(line);
        context.Error.Raw.Write("\r" + line.PadRight(shown));
        shown = line.Length;
    }

    /// <summary>The same for work that counts its steps, on any thread.</summary>
    public IProgress<int> Counting(int total) => new Counter(this, total);

    /// <summary>The same for work that counts its bytes, on one thread; shown in megabytes.</summary>
    public IProgress<long> OfBytes(long total) => new Megabytes(this, total);

    /// <summary>Wipes the line, so that the result starts on a clean one. A second call does nothing.</summary>
    public void Dispose()
    {
        if (shown > 0) context.Error.Raw.Write("\r" + new string(' ', shown) + "\r");
        shown = 0;
    }

    private sealed class Counter(Progress progress, int total) : IProgress<int>
    {
        public void Report(int value)
        {
            lock (progress) progress.Report(value, total);
        }
    }

    private sealed class Megabytes(Progress progress, long total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(value / 1_000_000, total / 1_000_000, "megabytes");
    }
}
