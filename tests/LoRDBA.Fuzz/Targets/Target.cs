using LoRDBA.Tests;

namespace LoRDBA.Fuzz.Targets;

/// <summary>
/// One reader of strangers' bytes, called as a program would call it. An input is used or refused with a <see cref="Runtime.LordbaException"/>;
/// whatever else comes out of <see cref="Run"/> is a finding.
/// </summary>
internal abstract class Target : IDisposable
{
    /// <summary>The most bytes that an input has.</summary>
    public const int MaxLength = 1 << 16;

    private readonly GuardedMemory memory = new(MaxLength);

    /// <summary>As on the command line and in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>All of them.</summary>
    public static IEnumerable<Func<Target>> All { get; } = [() => new GgufTarget(), () => new LordbaTarget(), () => new PeftTarget(), () => new TorchArchiveTarget(), () => new PickleTarget(), () => new ChatTarget(), () => new TokenizerTarget()];

    /// <summary>Reads an input and uses what it gives.</summary>
    public void Run(ReadOnlySpan<byte> input)
    {
        try
        {
            Read(input);
        }
        catch (Runtime.LordbaException)
        {
            // Refused, as it should be.
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose() => memory.Dispose();

    /// <summary>As <see cref="Run"/>, refusals included.</summary>
    protected abstract void Read(ReadOnlySpan<byte> input);

    /// <summary>The input in memory that ends where an unreadable page begins.</summary>
    protected unsafe byte* Guard(ReadOnlySpan<byte> input)
    {
        var start = memory.Bytes + MaxLength - input.Length;
        input.CopyTo(new Span<byte>(start, input.Length));
        return start;
    }

    /// <summary>An input of two parts: how long the first is in 16 bits, the first, the second.</summary>
    public static (byte[] First, byte[] Second) Split(ReadOnlySpan<byte> input)
    {
        if (input.Length < sizeof(ushort)) return ([], []);
        var length = Math.Min(input[0] | input[1] << 8, input.Length - sizeof(ushort));
        return (input.Slice(sizeof(ushort), length).ToArray(), input[(sizeof(ushort) + length)..].ToArray());
    }

    /// <summary>The reverse of <see cref="Split"/>.</summary>
    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        first = first[..Math.Min(first.Length, ushort.MaxValue)];
        return [(byte)first.Length, (byte)(first.Length >> 8), .. first, .. second];
    }
}
