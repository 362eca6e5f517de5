using System.Globalization;
using System.Security.Cryptography;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>Adapters for updates: the English household's, each with another word in its metadata and so with a digest of its own.</summary>
internal static class AdapterVariants
{
    /// <summary>How many there are.</summary>
    public const int Count = 64;

    /// <summary>From the key lordba.digest to its bytes: the kinds array and byte, and the length (docs/format.md).</summary>
    private const int DigestOffset = 4 + 4 + 8;

    /// <summary>The file's name.</summary>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"update-{number:00}.lordba");

    /// <summary>The first twelve digits of its digest.</summary>
    public static string DigestOf(int number) => Make(number).Digest[..12];

    /// <summary>Writes all of them.</summary>
    public static void WriteAll(string folder)
    {
        for (var number = 0; number < Count; number++) File.WriteAllBytes(Path.Combine(folder, NameOf(number)), Make(number).Bytes);
    }

    private static (byte[] Bytes, string Digest) Make(int number)
    {
        var bytes = File.ReadAllBytes(Path.Combine(SharedFiles.RepositoryRoot, "examples", "SmartHome", "model", "home-en.lordba"));
        System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"update{number:00}")).CopyTo(bytes, Find(bytes, "straight"u8));
        var digest = bytes.AsSpan(Find(bytes, "lordba.digest"u8) + "lordba.digest".Length + DigestOffset, SHA256.HashSizeInBytes);
        digest.Clear();
        SHA256.HashData(bytes).CopyTo(digest);
        return (bytes, Convert.ToHexStringLower(digest));
    }

    private static int Find(byte[] bytes, ReadOnlySpan<byte> text)
    {
        var at = bytes.AsSpan().IndexOf(text);
        return at >= 0 ? at : throw new InvalidDataException($"the adapter has no {System.Text.Encoding.ASCII.GetString(text)}");
    }
}
