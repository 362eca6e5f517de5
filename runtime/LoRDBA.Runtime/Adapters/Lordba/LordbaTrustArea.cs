using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// The last four keys of a .lordba file: what it is, and room for who says so.
/// </summary>
/// <remarks>
/// <code>
///   lordba.counter            u64       0: not signed
///   lordba.digest             u8[32]    SHA-256 of the file ...
///   lordba.signature.key_id   u8[32]    ... these three values taken as zero: signing changes neither the
///   lordba.signature          u8[64]        digest nor a byte outside them, but the counter is covered
/// </code>
/// </remarks>
internal static unsafe class LordbaTrustArea
{
    private static readonly (string Key, int Length)[] Values =
    [
        (LordbaKeys.Digest, Sha256Digest.Length),
        (LordbaKeys.SignatureKeyId, Sha256Digest.Length),
        (LordbaKeys.Signature, LordbaKeys.SignatureLength),
    ];

    /// <summary>Checks the area and the digest.</summary>
    /// <exception cref="GgufException">A key is missing or has another type.</exception>
    /// <exception cref="AdapterException">The area is not as drawn above, or the content is not what was digested.</exception>
    public static (Sha256Digest Digest, ulong Counter) Verify(GgufFile file)
    {
        var counter = file.Metadata.GetUInt64(LordbaKeys.Counter);
        if (!file.Metadata.Keys.TakeLast(1 + Values.Length).SequenceEqual([LordbaKeys.Counter, .. Values.Select(value => value.Key)]))
            throw new AdapterException(AdapterError.BadTrustArea, file.Name, LordbaKeys.Counter, "the trust keys are not the last ones in their order.");
        foreach (var (key, length) in Values)
        {
            var bytes = file.Metadata.GetArray<byte>(key);
            if (bytes.Length != length)
                throw new AdapterException(AdapterError.BadTrustArea, file.Name, key, $"it has {bytes.Length} bytes instead of {length}.");
            if (counter == 0 && key != LordbaKeys.Digest && bytes.ContainsAnyExcept((byte)0))
                throw new AdapterException(AdapterError.BadTrustArea, file.Name, key, $"it is not zero although {LordbaKeys.Counter} says that the file is not signed.");
        }

        var stored = new Sha256Digest(file.Metadata.GetArray<byte>(LordbaKeys.Digest));
        var computed = Compute(file);
        return stored == computed
            ? (stored, counter)
            : throw new AdapterException(AdapterError.DigestMismatch, file.Name, LordbaKeys.Digest,
                $"the file says {stored.Short}, its content is {computed.Short}. It is damaged or was changed: fetch it again.");
    }

    private static Sha256Digest Compute(GgufFile file)
    {
        var builder = new Sha256Builder();
        var done = 0L;
        foreach (var (key, length) in Values)
        {
            var offset = file.Metadata[key].Offset;
            builder.Append(file.Start + done, offset - done);
            builder.Append(new byte[length]);
            done = offset + length;
        }

        builder.Append(file.Start + done, file.Length - done);
        return builder.Finish();
    }
}
