using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Memory;

/// <summary>
/// A SHA-256 digest (FIPS 180-4), 32 bytes: the identity of adapters, base models and vocabularies.
/// Computed by managed code, because the operating system's OpenSSL is not there on every board.
/// </summary>
public readonly struct Sha256Digest : IEquatable<Sha256Digest>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte first;
    }

    private readonly Bytes bytes;

    /// <summary>Takes over the 32 bytes of a digest.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public Sha256Digest(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != Length) throw new ArgumentException($"A SHA-256 digest has {Length} bytes, not {digest.Length}.", nameof(digest));
        digest.CopyTo(bytes);
    }

    /// <summary>The digest of <paramref name="data"/>.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> data)
    {
        var builder = new Sha256Builder();
        builder.Append(data);
        return builder.Finish();
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)bytes).ToArray();

    /// <summary>Copies the 32 bytes to the start of <paramref name="target"/>.</summary>
    public void CopyTo(Span<byte> target) => ((ReadOnlySpan<byte>)bytes).CopyTo(target);

    /// <summary>The first twelve hexadecimal digits, enough for a person to tell two files apart.</summary>
    public string Short => ToString()[..12];

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(bytes);

    /// <inheritdoc/>
    public bool Equals(Sha256Digest other) => ((ReadOnlySpan<byte>)bytes).SequenceEqual(other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(bytes);

    /// <summary>Byte-wise equality.</summary>
    public static bool operator ==(Sha256Digest left, Sha256Digest right) => left.Equals(right);

    /// <summary>Byte-wise inequality.</summary>
    public static bool operator !=(Sha256Digest left, Sha256Digest right) => !left.Equals(right);
}

/// <summary>Builds a <see cref="Sha256Digest"/> from pieces.</summary>
public sealed class Sha256Builder
{
    private readonly Org.BouncyCastle.Crypto.Digests.Sha256Digest state = new();

    /// <summary>Appends bytes to what is digested.</summary>
    public void Append(ReadOnlySpan<byte> data) => state.BlockUpdate(data);

    /// <summary>Appends bytes of a mapped file, of which there may be more than a span can hold.</summary>
    internal unsafe void Append(byte* data, long length)
    {
        const int Part = 1 << 30;
        for (; length > 0; data += Part, length -= Part) Append(new ReadOnlySpan<byte>(data, (int)Math.Min(length, Part)));
    }

    /// <summary>Ends the digest; the builder starts anew.</summary>
    public Sha256Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Length];
        state.DoFinal(digest);
        return new Sha256Digest(digest);
    }
}
