using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using LoRDBA.Fuzz.Targets;

namespace LoRDBA.Fuzz;

/// <summary>
/// Inputs that something is wrong with, one for each cause, as files. An input that ends the process (a stack overflow, a read on the unreadable page)
/// is found at the next start, because each lies in a mapped file while it runs; one that does not end is told by a watchdog, which ends the process.
/// </summary>
internal sealed class Findings : IDisposable
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    private readonly string folder;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor current; // length: i32 | input
    private readonly HashSet<string> causes = [];
    private readonly Timer watchdog;
    private long started;

    public Findings(string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        file = MemoryMappedFile.CreateFromFile(Path.Combine(folder, "current"), FileMode.OpenOrCreate, null, sizeof(int) + Target.MaxLength);
        current = file.CreateViewAccessor();
        if (current.ReadInt32(0) > 0) Add(Current(), "it ended the process");
        watchdog = new Timer(_ => Watch(), null, MaxTime / 4, MaxTime / 4);
    }

    /// <summary>How many causes there are.</summary>
    public int Count => causes.Count;

    /// <summary>An input is about to run.</summary>
    public void Begin(byte[] input)
    {
        Volatile.Write(ref started, Stopwatch.GetTimestamp());
        current.WriteArray(sizeof(int), input, 0, input.Length);
        current.Write(0, input.Length);
    }

    /// <summary>No input runs any more.</summary>
    public void End()
    {
        Volatile.Write(ref started, 0);
        current.Write(0, 0);
    }

    /// <summary>Something was thrown that must not be. Its cause is the first of our methods on the stack.</summary>
    public void Add(byte[] input, Exception thrown)
    {
        var frame = new StackTrace(thrown).GetFrames().Select(frame => frame.GetMethod()).FirstOrDefault(method => method?.DeclaringType?.Namespace?.StartsWith("LoRDBA", StringComparison.Ordinal) ?? false);
        Add(input, $"{thrown.GetType().Name} in {frame?.DeclaringType?.Name}.{frame?.Name}: {thrown.Message}", $"{thrown.GetType().Name} {frame}");
    }

    /// <summary>Something else is wrong with an input.</summary>
    public void Add(byte[] input, string what) => Add(input, what, what);

    public void Dispose()
    {
        watchdog.Dispose();
        current.Dispose();
        file.Dispose();
    }

    private void Add(byte[] input, string what, string cause)
    {
        if (!causes.Add(cause)) return;
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..12]);
        File.WriteAllBytes(path, input);
        Console.WriteLine($"FINDING {what.ReplaceLineEndings(" ")}\n  {path}");
    }

    private byte[] Current()
    {
        var input = new byte[current.ReadInt32(0)];
        current.ReadArray(sizeof(int), input, 0, input.Length);
        return input;
    }

    private void Watch()
    {
        var since = Volatile.Read(ref started);
        if (since == 0 || Stopwatch.GetElapsedTime(since) < MaxTime) return;
        Add(Current(), "it does not end");
        End();
        Environment.Exit(3);
    }
}
