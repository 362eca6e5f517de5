using LoRDBA.Runtime.Memory;
using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tuning;

/// <summary>
/// A run between two steps, as a file from which it goes on to the same bits:
/// <code>
/// | SHA-256 of the run: base, data, options | the state's numbers | SHA-256 of all before |
/// </code>
/// Written whole or not at all, and never whole in memory. It is no exchange format: another version of the program refuses it.
/// </summary>
internal static class TuningCheckpoint
{
    private const int DigestLength = Sha256Digest.Length;

    /// <exception cref="IOException">It cannot be written; the checkpoint before is still there.</exception>
    public static void Save(string path, Sha256Digest run, Action<StateTransfer> transfer) => WholeFile.Write(path, file =>
    {
        var digest = new Sha256Builder();
        void Write(Span<byte> bytes)
        {
            digest.Append(bytes);
            file.Write(bytes);
        }
        Write(run.ToArray());
        transfer(new StateTransfer(Write));
        file.Write(digest.Finish().ToArray());
    });

    /// <summary>Checks all of it before anything is taken over.</summary>
    /// <exception cref="TuningException">It is damaged, or another run's.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Load(string path, Sha256Digest run, Action<StateTransfer> transfer)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        if (file.Length < 2 * DigestLength || !IsSound(file))
            throw new TuningException(TuningError.BadCheckpoint, $"{path} is damaged. Remove it, and tune from the beginning.");
        file.Position = 0;
        if (ReadDigest(file) != run)
            throw new TuningException(TuningError.BadCheckpoint, $"{path} belongs to a run with another model, other data or other options. Give those, or tune without resuming.");
        transfer(new StateTransfer(file.ReadExactly));
    }

    private static bool IsSound(FileStream file)
    {
        var (digest, buffer) = (new Sha256Builder(), new byte[1 << 16]);
        for (var left = file.Length - DigestLength; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(part);
            digest.Append(part);
            left -= part.Length;
        }
        return ReadDigest(file) == digest.Finish();
    }

    private static Sha256Digest ReadDigest(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[DigestLength];
        file.ReadExactly(bytes);
        return new Sha256Digest(bytes);
    }
}
