using LoRDBA.Runtime.Memory;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tuning;

/// <summary>
/// A run between two steps, as a file from which it goes on to the same bits:
/// <code>
/// | SHA-256 of all that follows | SHA-256 of the run: base, data, options | the state's numbers |
/// </code>
/// Written whole or not at all. It is no exchange format: another version of the program refuses it.
/// </summary>
internal static class TuningCheckpoint
{
    private const int DigestLength = Sha256Digest.Length;

    /// <exception cref="IOException">It cannot be written; the checkpoint before is still there.</exception>
    public static void Save(string path, Sha256Digest run, Action<StateTransfer> transfer)
    {
        using var memory = new MemoryStream();
        memory.Write(run.ToArray());
        transfer(new StateTransfer(memory, writes: true));
        var content = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        WholeFile.Write(path, file =>
        {
            file.Write(Sha256Digest.Of(content.Span).ToArray());
            file.Write(content.Span);
        });
    }

    /// <summary>Checks all of it before anything is taken over.</summary>
    /// <exception cref="TuningException">It is damaged, or another run's.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Load(string path, Sha256Digest run, Action<StateTransfer> transfer)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 2 * DigestLength || !Sha256Digest.Of(bytes.AsSpan(DigestLength)).ToArray().AsSpan().SequenceEqual(bytes.AsSpan(0, DigestLength)))
            throw new TuningException(TuningError.BadCheckpoint, $"{path} is damaged. Remove it, and tune from the beginning.");
        if (!run.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(DigestLength, DigestLength)))
            throw new TuningException(TuningError.BadCheckpoint, $"{path} belongs to a run with another model, other data or other options. Give those, or tune without resuming.");
        using var content = new MemoryStream(bytes, 2 * DigestLength, bytes.Length - 2 * DigestLength);
        transfer(new StateTransfer(content, writes: false));
    }
}
