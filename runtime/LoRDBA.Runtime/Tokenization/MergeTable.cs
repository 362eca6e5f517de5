using System.Numerics;
using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The merges of a byte-pair vocabulary: each joins two tokens to one, and an earlier merge in the list goes first. Stored as
/// <code>
/// pairs   [rank]  left id in the upper, right id in the lower 32 bits
/// merged  [rank]  id of the token made of both
/// slots   hash of the pair -> rank, or -1; open addressing, at most half full
/// </code>
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = -1;

    private const string Key = "tokenizer.ggml.merges";

    // Seeded by the process, so that no file can be prepared to collide.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();
    private const ulong Factor = 0x9E3779B97F4A7C15;

    private readonly ulong[] pairs;
    private readonly int[] merged;
    private readonly int[] slots;

    /// <summary>Reads the merges of a model. One that names a token which does not exist is left out, and noticed.</summary>
    /// <exception cref="TokenizerException">A merge is not of the form <c>left right</c>.</exception>
    /// <exception cref="GgufException">The key is absent or of a wrong type.</exception>
    public MergeTable(GgufMetadata metadata, TokenIndex index, List<string> notices)
    {
        var merges = metadata.GetStringArray(Key);
        pairs = new ulong[merges.Count];
        merged = new int[merges.Count];
        slots = new int[BitOperations.RoundUpToPowerOf2((uint)merges.Count * 2 | 1)];

        var buffer = new byte[64];
        var (rank, whole, number) = (0, 0, 0);
        string? firstLacking = null;
        foreach (var merge in merges)
        {
            if (merge.Length > buffer.Length) buffer = new byte[merge.Length];
            if (TryParse(merge, number, buffer, index, whole, out var pair, out var made))
            {
                (pairs[rank], merged[rank]) = (pair, whole = made);
                rank++;
            }
            else firstLacking ??= $"merge {number}, \"{Encoding.UTF8.GetString(merge)}\"";
            number++;
        }
        Array.Resize(ref pairs, rank);
        if (firstLacking is not null) notices.Add($"{Key}: {number - rank} of {number} merges need a token that the vocabulary lacks and are left out. The first is {firstLacking}.");
        Index();
    }

    /// <summary>The rank of the merge of two neighbours: the lowest goes first. <see cref="None"/> if they do not merge.</summary>
    public int Rank(int left, int right) => Slot(Pair(left, right));

    /// <summary>The token that a merge makes.</summary>
    public int Merged(int rank) => merged[rank];

    /// <summary>
    /// Fills the slots. The loop is apart from the parsing, because nearly every slot is a cache miss: in a loop of its own the
    /// processor has several under way at once.
    /// </summary>
    private void Index()
    {
        Array.Fill(slots, None);
        for (var rank = 0; rank < pairs.Length; rank++)
        {
            // If a pair is listed twice, the first entry counts.
            ref var slot = ref Slot(pairs[rank]);
            if (slot == None) slot = rank;
        }
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private ref int Slot(ulong pair)
    {
        // Both halves of the 128-bit product: ids that follow each other must not fill neighbouring slots.
        var high = Math.BigMul(pair ^ Seed, Factor, out var low);
        var mask = slots.Length - 1;
        var position = (int)(high ^ low) & mask;
        while (slots[position] != None && pairs[slots[position]] != pair) position = (position + 1) & mask;
        return ref slots[position];
    }

    /// <summary>Reads a merge; false if it needs a token that does not exist.</summary>
    private static bool TryParse(ReadOnlySpan<byte> merge, int number, Span<byte> buffer, TokenIndex index, int wholeBefore, out ulong pair, out int whole)
    {
        (pair, whole) = (0, TokenIndex.None);
        var space = merge.IndexOf((byte)' ');
        if (space <= 0 || space == merge.Length - 1
            || !ByteAlphabet.TryDecode(merge[..space], buffer, out var leftLength)
            || !ByteAlphabet.TryDecode(merge[(space + 1)..], buffer[leftLength..], out var rightLength))
            throw Bad(number, "is not two tokens of the byte alphabet with one space between");

        // The decoded halves lie side by side: together they are the token that the merge makes.
        if (!index.TryFind(buffer[..leftLength], out var left) || !index.TryFind(buffer.Slice(leftLength, rightLength), out var right)) return false;
        pair = Pair(left, right);
        // Vocabularies list tokens in the order of their merges, so the made token nearly always is the last merge's or the next one.
        return index.TryFindNear(wholeBefore, buffer[..(leftLength + rightLength)], out whole);
    }

    private static TokenizerException Bad(int number, string what) => new(TokenizerError.DamagedVocabulary, Key, $"merge {number} {what}. The file is damaged.");
}
