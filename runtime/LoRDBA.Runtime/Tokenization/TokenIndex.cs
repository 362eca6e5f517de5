using System.IO.Hashing;
using System.Numerics;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Finds tokens by their bytes: an open-addressing table of ids over the vocabulary's own buffer. Hashes are seeded by
/// the process, so that no file can be prepared to collide.
/// </summary>
internal sealed class TokenIndex
{
    /// <summary>The id of no token.</summary>
    public const int None = -1;

    private static readonly long Seed = Random.Shared.NextInt64();

    private readonly Vocabulary vocabulary;
    private readonly int[] slots;

    /// <summary>
    /// Indexes all tokens. Of tokens with the same bytes, text goes before a byte token, a byte token before a mark, and a lower id before
    /// a higher.
    /// </summary>
    public TokenIndex(Vocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        slots = new int[BitOperations.RoundUpToPowerOf2((uint)vocabulary.Count * 2)];
        Array.Fill(slots, None);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            ref var slot = ref Slot(vocabulary.Bytes(id));
            if (slot == None || Precedence(slot) < Precedence(id)) slot = id;
        }
    }

    /// <summary>The token that stands for exactly these bytes.</summary>
    public bool TryFind(ReadOnlySpan<byte> bytes, out int id)
    {
        id = Slot(bytes);
        return id != None;
    }

    /// <summary>As <see cref="TryFind"/>, but not for marks beside the text.</summary>
    public bool TryFindText(ReadOnlySpan<byte> bytes, out int id) => TryFind(bytes, out id) && vocabulary.IsText(id);

    /// <summary>The token of each of the 256 bytes; <see cref="None"/> where there is none.</summary>
    public int[] FindBytes()
    {
        var ids = new int[0x100];
        for (var value = 0; value < ids.Length; value++) ids[value] = TryFindText([(byte)value], out var id) ? id : None;
        return ids;
    }

    /// <summary>As <see cref="TryFind"/>, but looks first at the token <paramref name="near"/> and the one behind it.</summary>
    public bool TryFindNear(int near, ReadOnlySpan<byte> bytes, out int id)
    {
        for (id = near; id <= near + 1 && id < vocabulary.Count; id++)
            if (vocabulary.IsText(id) && vocabulary.Bytes(id).SequenceEqual(bytes)) return true;
        return TryFind(bytes, out id);
    }

    private int Precedence(int id) => vocabulary.Type(id) == TokenType.Byte ? 1 : vocabulary.IsText(id) ? 2 : 0;

    private ref int Slot(ReadOnlySpan<byte> bytes)
    {
        var mask = slots.Length - 1;
        var position = (int)XxHash3.HashToUInt64(bytes, Seed) & mask;
        while (slots[position] != None && !vocabulary.Bytes(slots[position]).SequenceEqual(bytes)) position = (position + 1) & mask;
        return ref slots[position];
    }
}
