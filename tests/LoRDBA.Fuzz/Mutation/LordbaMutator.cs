using System.Text;
using LoRDBA.Runtime.Tests.Adapters;

namespace LoRDBA.Fuzz.Mutation;

/// <summary>Changes a .lordba file and, mostly, puts the digest of what it has become in place: otherwise nothing behind it is reached.</summary>
internal static class LordbaMutator
{
    private static readonly string[] Signed = ["lordba.digest", "lordba.signature.key_id", "lordba.signature"];

    /// <inheritdoc cref="Mutator"/>
    public static byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var changed = GgufMutator.Mutate(input, other, random);
        return random.Next(10) > 0 && Signed.All(key => HasRoom(changed, key)) ? LordbaBuilder.Sign(changed, new byte[32], new byte[64]) : changed;
    }

    private static bool HasRoom(byte[] bytes, string key)
    {
        var at = bytes.AsSpan().IndexOf(Tests.GgufBuilder.Text(Encoding.UTF8.GetBytes(key)));
        return at >= 0 && bytes.Length - at > 8 + key.Length + 16 + 64;
    }
}
