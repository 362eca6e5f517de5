using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>
/// Builds a .lordba file byte by byte, right or wrong, from docs/format.md and not from the writer under test. As it is,
/// the file has one tensor of rank 2, 3 -> 2, with 4-bit s_out and 3-bit s_in.
/// </summary>
internal sealed class LordbaBuilder
{
    private const uint UInt8 = 0, UInt32 = 4, String = 8, Array = 9, UInt64 = 10;

    public string TensorName { get; init; } = "blk.0.attn_q.lordba";
    public uint TensorType { get; init; } = 24;
    public string AdapterType { get; init; } = "lordba";
    public uint GgufVersion { get; init; } = 3;
    public uint FormatVersion { get; init; } = 1;
    public string Name { get; init; } = "by hand";
    public uint MetadataRank { get; init; } = 2;
    public uint MetadataScaleBits { get; init; } = 4;
    public int FingerprintLength { get; init; } = 32;
    public ulong Counter { get; init; }
    public byte[] KeyId { get; init; } = new byte[32];
    public byte[] Signature { get; init; } = new byte[64];
    public string[] TrustOrder { get; init; } = ["lordba.counter", "lordba.digest", "lordba.signature.key_id", "lordba.signature"];
    public bool WithTensor { get; init; } = true;

    /// <summary>A second entry for the same bytes.</summary>
    public string? SecondName { get; init; }

    // The header of the tensor.
    public ushort Rank { get; init; } = 2;
    public byte OutBits { get; init; } = 4;
    public byte InBits { get; init; } = 3;
    public uint NIn { get; init; } = 3;
    public uint NOut { get; init; } = 2;
    public float OutLog2Min { get; init; } = -2;
    public float OutLog2Step { get; init; } = 0.5f;
    public float InLog2Min { get; init; }
    public float InLog2Step { get; init; } = 1;
    public uint Reserved { get; init; }

    // Its parts, padded to 8 bytes each.
    public byte[] SignsA { get; init; } = [0b101, 0, 0, 0, 0, 0, 0, 0, 0b010, 0, 0, 0, 0, 0, 0, 0];
    public byte[] SignsB { get; init; } = [0b01, 0, 0, 0, 0, 0, 0, 0, 0b11, 0, 0, 0, 0, 0, 0, 0];
    public byte[] M { get; init; } = [0x00, 0x3C, 0x00, 0x38, 0, 0, 0, 0];   // 1, 0.5
    public byte[] ScaleOut { get; init; } = [0x51, 0, 0, 0, 0, 0, 0, 0];     // codes 1 and 5: 2^-2, 2^0
    public byte[] ScaleIn { get; init; } = [0b10_011_001, 0, 0, 0, 0, 0, 0, 0]; // codes 1, 3, 2: 1, 4, 2
    public byte[] Tail { get; init; } = new byte[8];                          // 32 + 16 + 16 + 8 + 8 + 8 = 88, to 96

    public byte[] ToArray()
    {
        var tensor = GgufBuilder.Bytes(Rank, OutBits, InBits, NIn, NOut, OutLog2Min, OutLog2Step, InLog2Min, InLog2Step, Reserved,
            SignsA, SignsB, M, ScaleOut, ScaleIn, Tail);
        var builder = new GgufBuilder { Version = GgufVersion }
            .Key("general.architecture", String, GgufBuilder.Text("llama"))
            .Key("general.type", String, GgufBuilder.Text("adapter"))
            .Key("adapter.type", String, GgufBuilder.Text(AdapterType))
            .Key("general.name", String, GgufBuilder.Text(Name))
            .Key("lordba.format_version", UInt32, FormatVersion)
            .Key("lordba.base.name", String, GgufBuilder.Text("no base"))
            .Key("lordba.base.fingerprint", Array, UInt8, (ulong)FingerprintLength, new byte[FingerprintLength])
            .Key("lordba.base.tokenizer_digest", Array, UInt8, 32UL, new byte[32])
            .Key("lordba.base.chat_template_digest", Array, UInt8, 32UL, new byte[32])
            .Key("lordba.rank", UInt32, MetadataRank)
            .Key("lordba.scale_bits", UInt32, MetadataScaleBits);
        foreach (var key in TrustOrder)
        {
            if (key == "lordba.counter") builder.Key(key, UInt64, Counter);
            else if (key == "lordba.digest") builder.Key(key, Array, UInt8, 32UL, new byte[32]);
            else if (key == "lordba.signature.key_id") builder.Key(key, Array, UInt8, (ulong)KeyId.Length, new byte[KeyId.Length]);
            else builder.Key(key, Array, UInt8, (ulong)Signature.Length, new byte[Signature.Length]);
        }

        if (WithTensor) builder.Tensor(TensorName, TensorType, [(ulong)(TensorType == 0 ? tensor.Length / 4 : tensor.Length)], 0).Data(tensor);
        if (SecondName is not null) builder.Tensor(SecondName, TensorType, [(ulong)tensor.Length], 0);
        return Sign(builder.ToArray(), KeyId, Signature);
    }

    /// <summary>Where the first byte of an array of bytes lies: after key, type, element type and count.</summary>
    public static int ArrayOffset(byte[] file, string key) => Find(file, key) + 16;

    /// <summary>Where a number lies: after key and type.</summary>
    public static int NumberOffset(byte[] file, string key) => Find(file, key) + 4;

    /// <summary>Puts the digest of a changed file in place, then key id and signature.</summary>
    public static byte[] Sign(byte[] file, byte[] keyId, byte[] signature)
    {
        int digestAt = ArrayOffset(file, "lordba.digest"), keyIdAt = ArrayOffset(file, "lordba.signature.key_id"), signatureAt = ArrayOffset(file, "lordba.signature");
        file.AsSpan(digestAt, 32).Clear();
        file.AsSpan(keyIdAt, keyId.Length).Clear();
        file.AsSpan(signatureAt, signature.Length).Clear();
        Sha256Digest.Of(file).ToArray().CopyTo(file, digestAt);
        keyId.CopyTo(file, keyIdAt);
        signature.CopyTo(file, signatureAt);
        return file;
    }

    private static int Find(byte[] file, string key)
    {
        var needle = GgufBuilder.Text(key);
        return file.AsSpan().IndexOf(needle) + needle.Length;
    }
}
